/** The app's words in both languages, for tests that run in either. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const CHINESE = resolve(import.meta.dirname, "../src/i18n/catalogs/zh-CN.po");
let chinese: Map<string, string> | undefined;

/** A message by its English text, with `{placeholders}` for anything and plurals in any number: matches the whole of an element's text. */
export const words = (...messages: string[]): RegExp =>
  new RegExp(`^(${messages.flatMap((message) => [pattern(message), pattern(translated(message))]).join("|")})$`);

/** The same, anywhere in the text. */
export const some = (...messages: string[]): RegExp =>
  new RegExp(messages.flatMap((message) => [pattern(message), pattern(translated(message))]).join("|"));

function translated(message: string): string {
  chinese ??= new Map(
    [...readFileSync(CHINESE, "utf8").matchAll(/^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)/gm)].map(
      ([, id = "", text = ""]) => [joined(id), joined(text)],
    ),
  );
  const found = chinese.get(message);
  if (found === undefined) throw new Error(`no such message: ${message}`);
  return found === "" ? message : found;
}

const joined = (lines: string) =>
  lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as string)
    .join("");

const PLURAL = /\{\w+, plural,((?:[^{}]*\{[^{}]*\})+)\s*\}/;

function pattern(message: string): string {
  const [before = "", cases, after] = message.split(PLURAL);
  if (cases === undefined) return plain(before);
  const ways = [...cases.matchAll(/\{([^{}]*)\}/g)].map(([, way = ""]) => way.split("#").map(plain).join(".*"));
  return `${plain(before)}(${ways.join("|")})${pattern(after ?? "")}`;
}

/** Placeholders and tags stand for anything. */
const plain = (text: string) =>
  text
    .split(/\{[^{}]*\}|<\/?\d+\/?>/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(".*");
