import { useEffect, useRef } from "react";

/** What was on its way is booked now: what the server tells besides has changed as well. */
export function useSettled(pending: boolean | undefined, onSettled: () => Promise<void>) {
  const before = useRef(pending);
  useEffect(() => {
    if (before.current && pending === false) void onSettled();
    before.current = pending;
  }, [pending, onSettled]);
}
