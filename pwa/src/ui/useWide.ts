import { useSyncExternalStore } from "react";

const wide = window.matchMedia("(min-width: 62em)");

const watch = (tell: () => void) => {
  wide.addEventListener("change", tell);
  return () => wide.removeEventListener("change", tell);
};

/** Room for tables and a side navigation; otherwise a phone or a narrow window. */
export const useWide = () => useSyncExternalStore(watch, () => wide.matches);
