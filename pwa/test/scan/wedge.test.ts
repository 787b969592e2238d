import { describe, expect, test } from "vitest";
import { GS, type Key, Wedge } from "../../src/scan/wedge";

const plain = { ctrlKey: false, altKey: false, metaKey: false, shiftKey: false };
type Typed = Partial<Key> & { key: string };

/** Types with these gaps in turn, then the suffix; what came out, and before which key a field would be kept. */
function type(keys: readonly Typed[], gaps: readonly number[] = [8], suffix: Typed | null = { key: "Enter" }) {
  const wedge = new Wedge();
  const codes: string[] = [];
  const begins: number[] = [];
  let at = 1_000;
  [...keys, ...(suffix ? [suffix] : [])].forEach((key, place) => {
    at += gaps[place % gaps.length] ?? 0;
    const pressed = wedge.press({ code: "", ...plain, ...key, timeStamp: at });
    if (pressed.begins) begins.push(place);
    if (pressed.code !== null) codes.push(pressed.code);
  });
  return { codes, begins, wedge };
}

const text = (code: string): Typed[] => Array.from(code, (key) => ({ key }));

describe("a scanner", () => {
  test.each(["Enter", "Tab"])("types fast and ends with %s", (key) => {
    expect(type(text("6901234567892"), [8], { key })).toMatchObject({ codes: ["6901234567892"], begins: [0] });
  });

  test("by Bluetooth delivers in bursts", () => {
    expect(type(text("6901234567892"), [1, 1, 1, 75]).codes).toEqual(["6901234567892"]);
  });

  test("holds Shift for each capital, and may hold Alt for everything", () => {
    const shifted = Array.from("AB-12C", (key) => [{ key: "Shift" }, { key, shiftKey: true }]).flat();
    expect(type(shifted).codes).toEqual(["AB-12C"]);
    expect(type(text("AB-123").map((key) => ({ ...key, altKey: true }))).codes).toEqual(["AB-123"]);
  });

  test("spells characters with Alt and the number block", () => {
    const wedge = new Wedge();
    let at = 0;
    for (const char of "AB-123") {
      for (const digit of `0${char.charCodeAt(0)}`)
        wedge.press({ ...plain, key: digit, code: `Numpad${digit}`, altKey: true, timeStamp: (at += 2) });
      wedge.release({ key: "Alt", timeStamp: (at += 2) });
    }
    expect(wedge.press({ ...plain, key: "Enter", code: "Enter", timeStamp: at + 2 }).code).toBe("AB-123");
  });

  test("sends the separator as a control character, by any name", () => {
    for (const separator of [{ key: "]", code: "BracketRight", ctrlKey: true }, { key: GS }, { key: "GroupSeparator" }])
      expect(type([...text("10AB12"), separator, ...text("21X")]).codes).toEqual([`10AB12${GS}21X`]);
  });

  test("may end with a control character", () => {
    expect(type(text("690123"), [8], { key: "m", code: "KeyM", ctrlKey: true }).codes).toEqual(["690123"]);
  });

  test("is not lost to an input method, which hides what was typed but not which key it was", () => {
    const keys = [
      ["KeyA", true],
      ["KeyB", false],
      ["Minus", false],
      ["Digit1", false],
      ["Digit3", true],
      ["Numpad7", false],
    ].map(([code, shiftKey]) => ({ key: "Process", code, shiftKey }) as Typed);
    expect(type(keys, [8], { key: "Process", code: "Enter" }).codes).toEqual(["Ab-1#7"]);
    expect(type([{ key: "Process", code: "KeyA", capsLock: true }, ...text("BC123")]).codes).toEqual(["ABC123"]);
  });

  test("that is an input method itself gives the whole code at once", () => {
    const wedge = new Wedge();
    expect(wedge.insert("6901234567892", 10)).toEqual({ begins: true, fast: true, code: null });
    expect(wedge.press({ ...plain, key: "Enter", code: "", timeStamp: 30 }).code).toBe("6901234567892");
    expect(wedge.insert("6901234567892\n", 500).code).toBe("6901234567892");
  });

  test("can be heard again at once", () => {
    const twice = [...text("690123"), { key: "Enter" }, ...text("690124")];
    expect(type(twice).codes).toEqual(["690123", "690124"]);
  });
});

describe("a person", () => {
  test("types slowly", () => expect(type(text("6901234567892"), [60]).codes).toEqual([]));
  test("presses Enter after a thought", () => {
    expect(type(text("690123"), [8, 8, 8, 8, 8, 8, 400]).codes).toEqual([]);
  });
  test("types short words", () => expect(type(text("12345")).codes).toEqual([]));
  test("uses other keys in between", () => {
    expect(type([...text("690"), { key: "ArrowLeft" }, ...text("123")]).codes).toEqual([]);
    expect(type([...text("690"), { key: "a", code: "KeyA", ctrlKey: true }, ...text("123")]).codes).toEqual([]);
    expect(type([...text("690"), { key: "Meta", metaKey: true }, ...text("123")]).codes).toEqual([]);
  });
  test("has typed something before the scanner begins", () => {
    const { codes, begins } = type(text("12690123"), [500, 500, 500, 8, 8, 8, 8, 8, 8]);
    expect({ codes, begins }).toEqual({ codes: ["690123"], begins: [0, 1, 2] });
  });
});
