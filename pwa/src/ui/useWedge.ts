import { useEffect, useLayoutEffect, useRef } from "react";
import { useStore } from "../data/store";
import { scanSettings } from "../scan/settings";
import { type Key, type Pressed, Wedge } from "../scan/wedge";

type Field = HTMLInputElement | HTMLTextAreaElement;
type Listener = { current: (code: string) => void };

/** The last to listen is on top, such as a sheet over its page, and gets the code alone. */
const listeners: Listener[] = [];

/** A scan comes when a person is ready, not when the page is: so long a code waits for somebody who takes it. */
const HELD_MS = 5000;
let held: { code: string; at: number }[] = [];

/**
 * A hand scanner types like a very fast keyboard and ends with Enter or Tab. Its code is taken from anywhere on the
 * page; where the cursor stands in a field, the field is put back to what it was. Once, around all pages.
 */
export function useScanner() {
  const { builtIn } = useStore(scanSettings);
  useLayoutEffect(listen, []); // before anything can be seen, so before anybody scans
  useEffect(() => (builtIn ? openSink() : undefined), [builtIn]);
}

/** The codes of a hand scanner, also those that came a moment before anybody wanted them. */
export function useWedge(onCode: (code: string) => void, enabled = true) {
  const handler = useRef(onCode);
  useEffect(() => {
    handler.current = onCode;
  });
  useEffect(() => {
    if (!enabled) return undefined;
    listeners.push(handler);
    const waited = held;
    held = [];
    for (const { code, at } of waited) if (performance.now() - at < HELD_MS) handler.current(code);
    return () => {
      listeners.splice(listeners.indexOf(handler), 1);
    };
  }, [enabled]);
}

/** For whoever listens next. */
export function hold(code: string) {
  held.push({ code, at: performance.now() });
}

function listen(): () => void {
  const wedge = new Wedge();
  const leaving = new AbortController();
  const options = { capture: true, signal: leaving.signal };
  let before: (() => void) | null = null;
  let keyless = false; // the last key did not say which it was: what it wrote comes as input

  const heed = (event: Event, pressed: Pressed) => {
    if (pressed.begins) before = snapshot(event.target);
    if (pressed.code === null) return;
    const listener = listeners.at(-1);
    // A page that wants no codes leaves them to the field that a person scans into.
    if (!listener && fieldOf(event.target) && !isSink(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    putBack(before);
    (listener?.current ?? hold)(pressed.code);
  };

  window.addEventListener(
    "keydown",
    (event) => {
      keyless = event.code === "" && (event.key === "Unidentified" || event.key === "Process");
      const pressed = wedge.press(keyOf(event));
      // in the middle of a code these would press a button, or search the page
      if (pressed.fast && (event.ctrlKey || (event.key === " " && fieldOf(event.target) === null)))
        event.preventDefault();
      heed(event, pressed);
    },
    options,
  );
  window.addEventListener("keyup", (event) => heed(event, wedge.release(event)), options);
  window.addEventListener(
    "beforeinput",
    (event) => {
      const lineBreak = event.inputType === "insertLineBreak";
      if (!keyless || !(event.inputType.startsWith("insert") && event.inputType !== "insertFromPaste")) return;
      heed(event, wedge.insert(lineBreak ? "\n" : (event.data ?? ""), event.timeStamp));
    },
    options,
  );
  return () => leaving.abort();
}

const keyOf = (event: KeyboardEvent): Key => ({
  key: event.key,
  code: event.code,
  timeStamp: event.timeStamp,
  ctrlKey: event.ctrlKey,
  altKey: event.altKey,
  metaKey: event.metaKey,
  shiftKey: event.shiftKey,
  capsLock: event.getModifierState("CapsLock"),
});

function fieldOf(target: EventTarget | null): Field | null {
  if (target instanceof HTMLTextAreaElement) return target;
  return target instanceof HTMLInputElement && target.selectionStart !== null ? target : null;
}

/** The field as it is before the code's first character reaches it. */
function snapshot(target: EventTarget | null): (() => void) | null {
  const field = fieldOf(target);
  if (field === null) return null;
  const { value, selectionStart, selectionEnd } = field;
  return () => {
    if (field.value === value) return;
    // React remembers the last value it wrote, so the setter of the class has to be used
    const proto = field instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
    Object.getOwnPropertyDescriptor(proto, "value")?.set?.call(field, value);
    field.setSelectionRange(selectionStart, selectionEnd);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
}

const isSink = (target: EventTarget | null) => target instanceof HTMLInputElement && "scanner" in target.dataset;

const LATE_MS = 150;

/** At once, and once more for what an input method still writes after the last key. */
function putBack(restore: (() => void) | null) {
  if (restore === null) return;
  restore();
  const again = new AbortController();
  const late = () => setTimeout(restore);
  window.addEventListener("compositionend", late, { capture: true, signal: again.signal });
  setTimeout(() => again.abort(), LATE_MS);
}

/**
 * Scanners that are built into a phone write into the field with the focus, and into nothing where there is none. If
 * the person says that this device has one, a field of ours has the focus whenever no other one has; it calls up no
 * keyboard. It may be neither hidden nor read-only: such fields get nothing.
 */
function openSink(): () => void {
  const leaving = new AbortController();
  const { signal } = leaving;
  const sink = document.createElement("input");
  Object.assign(sink, { type: "text", inputMode: "none", autocomplete: "off", tabIndex: -1, ariaLabel: "scanner" });
  sink.dataset.scanner = "";
  sink.style.cssText = "position:fixed;inset:0 auto auto 0;width:1px;height:1px;padding:0;border:0;opacity:0";
  document.body.append(sink);
  const focus = () => {
    if (document.activeElement === document.body) sink.focus({ preventScroll: true });
  };
  for (const name of ["focusout", "pointerup", "visibilitychange"] as const)
    document.addEventListener(name, () => setTimeout(focus), { signal });
  sink.addEventListener("input", () => setTimeout(() => (sink.value = ""), LATE_MS), { signal });
  focus();
  return () => {
    leaving.abort();
    sink.remove();
  };
}
