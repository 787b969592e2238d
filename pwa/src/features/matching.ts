const plain = (text: string) => text.normalize("NFKC").toLowerCase();

/** Each word of a search is found in one of the texts, in any case and width. */
export function matching(search: string, texts: readonly string[]): boolean {
  const all = texts.map(plain);
  return plain(search)
    .split(/\s+/)
    .every((word) => all.some((text) => text.includes(word)));
}
