/** Pinyin of names, from what a chunk of a snapshot says of the characters and phrases in them (api/sync/pinyin.py). */

/** Of characters and phrases, which have spaces between their syllables. */
export type Readings = Readonly<Record<string, string>>;

type Spoken = { py: string; pyf: string };

const RUNS = /[0-9A-Za-z]+|[\u3007\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+/gu;

/** Says names as the server does: the longest phrase from the left. */
export function speaker(readings: Readings): (name: string) => Spoken {
  const said = new Map(Object.entries(readings).map(([text, spoken]) => [text, spoken.split(" ")]));
  const longest = Math.max(1, ...[...said.keys()].map((text) => Array.from(text).length));

  function syllables(run: string): string[] {
    const characters = Array.from(run);
    const made: string[] = [];
    for (let at = 0; at < characters.length;) {
      let length = Math.min(longest, characters.length - at);
      while (length > 1 && !said.has(characters.slice(at, at + length).join(""))) length -= 1;
      made.push(...(said.get(characters.slice(at, at + length).join("")) ?? []));
      at += length;
    }
    return made;
  }

  return (name) => {
    let py = "";
    let pyf = "";
    let chinese = false;
    for (const [run] of name.matchAll(RUNS)) {
      if (/^[0-9A-Za-z]/.test(run)) {
        py += run;
        pyf += run;
        continue;
      }
      chinese = true;
      for (const syllable of syllables(run)) {
        py += syllable.charAt(0);
        pyf += syllable;
      }
    }
    return chinese ? { py: py.toLowerCase(), pyf: pyf.toLowerCase() } : { py: "", pyf: "" };
  };
}
