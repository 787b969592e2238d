import { useEffect, useRef } from "react";

/** Esc leaves, unless something that is open takes it first. */
export function useEscape(onEscape: () => void) {
  const handler = useRef(onEscape);
  useEffect(() => {
    handler.current = onEscape;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const open = document.querySelector('[role="dialog"], [role="listbox"]');
      if (event.key === "Escape" && !event.defaultPrevented && !open) handler.current();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
