/** The language of the app. Its sentences are a file of their own, so that nobody waits for those of the other one. */
import { i18n } from "@lingui/core";

export const LANGUAGES = { "zh-CN": "中文", en: "English" } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = "huotong.language";
const CATALOGS = { "zh-CN": () => import("./catalogs/zh-CN.po"), en: () => import("./catalogs/en.po") };

const isLanguage = (value: string | null): value is Language => value !== null && value in LANGUAGES;

/** The person's own choice, else what the browser asks for. */
function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  return navigator.languages.find((tag) => /^(zh|en)\b/.test(tag))?.startsWith("en") ? "en" : "zh-CN";
}

async function speak(language: Language) {
  const { messages } = await CATALOGS[language]();
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}

/** Without the network and before the app is on this device, it stays as it is. */
export async function choose(language: Language) {
  await speak(language);
  localStorage.setItem(KEPT, language);
}

/** Nothing can be said before. */
export const startLanguage = () => speak(preferred());
