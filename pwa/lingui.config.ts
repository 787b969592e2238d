import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "zh-CN"],
  catalogs: [{ path: "src/i18n/catalogs/{locale}", include: ["src"] }],
  format: formatter({ lineNumbers: false, origins: false, foldLength: 0 }),
});
