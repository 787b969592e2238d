/** Tells the characters of a hand scanner, which types like a very fast keyboard, from those of a person. */

/** Bluetooth delivers in bursts: one gap may be long, the mean may not. */
const LONGEST_GAP_MS = 80;
const MEAN_GAP_MS = 35;
const SUFFIX_GAP_MS = 120;
const SHORTEST = 6;
export const GS = "\u001d";

export type Key = Pick<KeyboardEvent, "key" | "code" | "timeStamp" | "ctrlKey" | "altKey" | "metaKey" | "shiftKey"> & {
  capsLock?: boolean;
};

/** `begins`: a character that may be the first of a code. `code`: the key was the end of one. */
export type Pressed = { begins: boolean; fast: boolean; code: string | null };

const NOTHING: Pressed = { begins: false, fast: false, code: null };

/** What stands on the keys of an English keyboard: all that an input method leaves to see of a key. */
const PLAIN: Record<string, string> = {
  Minus: "-_",
  Equal: "=+",
  BracketLeft: "[{",
  BracketRight: "]}",
  Backslash: "\\|",
  Semicolon: ";:",
  Quote: "'\"",
  Backquote: "`~",
  Comma: ",<",
  Period: ".>",
  Slash: "/?",
  Space: "  ",
  NumpadDecimal: "..",
  NumpadAdd: "++",
  NumpadSubtract: "--",
  NumpadMultiply: "**",
  NumpadDivide: "//",
};
const SHIFTED_DIGITS = ")!@#$%^&*(";

export class Wedge {
  #typed = "";
  #first = 0;
  #last = Number.NEGATIVE_INFINITY;
  /** Digits typed on the number block with Alt held: some firmware spells every character so. */
  #alt = "";

  press(key: Key): Pressed {
    if (key.metaKey) return this.#other();
    if (key.altKey && /^Numpad\d$/.test(key.code)) {
      this.#alt += key.code.slice(-1);
      return NOTHING;
    }
    if (key.ctrlKey) {
      // control characters as scanners send them: GS is Ctrl+], a carriage return Ctrl+M
      if (key.code === "BracketRight") return this.#add(GS, key.timeStamp);
      return key.code === "KeyM" || key.code === "KeyJ" ? this.#end(key.timeStamp) : this.#other();
    }
    if (isEnd(key)) return this.#end(key.timeStamp);
    const char = charOf(key);
    if (char !== null) return this.#add(char, key.timeStamp);
    const modifier = /^(Shift|Alt|AltGraph|Control|CapsLock|NumLock|Unidentified|Process|Dead)$/.test(key.key);
    return modifier ? NOTHING : this.#other();
  }

  /** Alt let go: the number that was typed meanwhile is one character. */
  release(key: Pick<Key, "key" | "timeStamp">): Pressed {
    if (key.key !== "Alt" || this.#alt === "") return NOTHING;
    const char = String.fromCharCode(Number(this.#alt));
    this.#alt = "";
    return this.#add(char, key.timeStamp);
  }

  /** Text that came without keys, such as from a scanner that is an input method itself. */
  insert(text: string, at: number): Pressed {
    let pressed = NOTHING;
    for (const char of text) {
      if (char === "\n" || char === "\r" || char === "\t") {
        pressed = this.#end(at);
        if (pressed.code !== null) return pressed;
      } else {
        const added = this.#add(char, at);
        pressed = { ...added, begins: pressed.begins || added.begins };
      }
    }
    return pressed;
  }

  #add(char: string, at: number): Pressed {
    const fast = at - this.#last <= LONGEST_GAP_MS;
    if (!fast) {
      this.#typed = "";
      this.#first = at;
    }
    this.#typed += char;
    this.#last = at;
    return { begins: !fast, fast, code: null };
  }

  #end(at: number): Pressed {
    const code = this.#typed;
    const mean = (this.#last - this.#first) / Math.max(1, code.length - 1);
    const scanned = code.length >= SHORTEST && mean <= MEAN_GAP_MS && at - this.#last <= SUFFIX_GAP_MS;
    this.#other();
    return scanned ? { begins: false, fast: true, code } : NOTHING;
  }

  #other(): Pressed {
    this.#typed = "";
    this.#last = Number.NEGATIVE_INFINITY;
    return NOTHING;
  }
}

const isEnd = ({ key, code }: Key) =>
  key === "Enter" || key === "Tab" || (key === "Process" && /^(Enter|NumpadEnter|Tab)$/.test(code));

/** Null for a key that writes nothing. An input method hides what was typed ("Process"), never which key it was. */
function charOf({ key, code, shiftKey, capsLock }: Key): string | null {
  if (key === "\u001d" || key === "GroupSeparator") return GS;
  if (key.length === 1) return key;
  if (key !== "Process" && key !== "Unidentified") return null;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter !== undefined) return shiftKey !== (capsLock ?? false) ? letter : letter.toLowerCase();
  const digit = /^(Digit|Numpad)(\d)$/.exec(code);
  if (digit) return digit[1] === "Digit" && shiftKey ? (SHIFTED_DIGITS[Number(digit[2])] ?? null) : (digit[2] ?? null);
  return PLAIN[code]?.[shiftKey ? 1 : 0] ?? null;
}
