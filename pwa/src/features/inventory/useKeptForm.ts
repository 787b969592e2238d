import { useRef, useState } from "react";
import { dropDraft, keepDraft, useDraft } from "../../offline/drafts";

/**
 * A form that survives reload and kill: one of its kind on this device, under its own name. `body` is undefined while
 * the device is being read. The draft follows what is typed, never the other way round.
 */
export function useKeptForm<Body>(name: string, empty: Body) {
  const draft = useDraft<Body>(name);
  const [own, setOwn] = useState<Body | null>(null);
  const [last, setLast] = useState<Body | null>(null);
  const latest = useRef<Body | null>(null); // two scans may come before one rendering
  const body = own ?? (draft === undefined ? undefined : (draft?.body ?? empty));

  const set = (next: Body) => {
    latest.current = next;
    setOwn(next);
  };
  const put = (change: (before: Body) => Body) => {
    const next = change(latest.current ?? body ?? empty);
    set(next);
    void keepDraft(name, name, next);
  };
  return {
    body,
    put,
    /** It is sent: the next one begins with `next`. */
    clear: (next: Body) => {
      setLast(body ?? null);
      set(next);
      void dropDraft(name);
    },
    /** What was sent last comes back to be corrected. */
    restore: () => last !== null && put(() => last),
  };
}
