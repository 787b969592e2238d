import { i18n } from "@lingui/core";
import { messages as en } from "./catalogs/en.po";
import { messages as zh } from "./catalogs/zh-CN.po";

export const LANGUAGES = { "zh-CN": "中文", en: "English" } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = "huotong.language";

const isLanguage = (value: string | null): value is Language => value !== null && value in LANGUAGES;

/** The person's own choice, else what the browser asks for. */
function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  return navigator.languages.find((tag) => /^(zh|en)\b/.test(tag))?.startsWith("en") ? "en" : "zh-CN";
}

export function speak(language: Language) {
  i18n.activate(language);
  document.documentElement.lang = language;
}

export function choose(language: Language) {
  localStorage.setItem(KEPT, language);
  speak(language);
}

export function startLanguage() {
  i18n.load({ en, "zh-CN": zh });
  speak(preferred());
}
