import { useEffect, useRef } from "react";

const MAX_GAP_MS = 35;
const MIN_LENGTH = 6;

/**
 * A hand scanner types like a very fast keyboard and ends with Enter or Tab. Its code is taken from anywhere on the
 * page; where the cursor stands in a field, the characters are taken back out of it.
 */
export function useWedge(onCode: (code: string) => void, enabled = true) {
  const handler = useRef(onCode);
  useEffect(() => {
    handler.current = onCode;
  });
  useEffect(() => {
    if (!enabled) return undefined;
    let typed = "";
    let last = 0;
    const listen = (event: KeyboardEvent) => {
      if (event.isComposing || event.ctrlKey || event.metaKey) return;
      const fast = event.timeStamp - last < MAX_GAP_MS;
      last = event.timeStamp;
      if (event.key.length === 1) {
        typed = fast ? typed + event.key : event.key;
      } else if ((event.key === "Enter" || event.key === "Tab") && fast && typed.length >= MIN_LENGTH) {
        event.preventDefault();
        event.stopPropagation();
        takeBack(event.target, typed);
        handler.current(typed);
        typed = "";
      } else if (event.key !== "Shift") {
        typed = "";
      }
    };
    window.addEventListener("keydown", listen, true);
    return () => window.removeEventListener("keydown", listen, true);
  }, [enabled]);
}

/** React listens for `input` and remembers the last value it wrote, so the native setter has to be used. */
function takeBack(target: EventTarget | null, code: string) {
  if (!(target instanceof HTMLInputElement) || !target.value.endsWith(code)) return;
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set;
  set?.call(target, target.value.slice(0, -code.length));
  target.dispatchEvent(new Event("input", { bubbles: true }));
}
