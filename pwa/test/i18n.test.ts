import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DETAILS, REFUSALS } from "../src/i18n/refusals";

const root = resolve(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "catalogs-"));

const entries = (po: string) =>
  new Map([...po.matchAll(/^msgid "(.+)"\nmsgstr "(.*)"$/gm)].map(([, id = "", text = ""]) => [id, text]));
const catalog = (folder: string, language: string) => entries(readFileSync(join(folder, `${language}.po`), "utf8"));

let current: Map<string, string>;

beforeAll(() => {
  const config = join(scratch, "lingui.config.ts");
  writeFileSync(
    config,
    `import config from ${JSON.stringify(join(root, "lingui.config.ts"))};
     export default { ...config, rootDir: ${JSON.stringify(root)},
       catalogs: [{ path: ${JSON.stringify(join(scratch, "{locale}"))}, include: [${JSON.stringify(join(root, "src"))}] }] };`,
  );
  const extracted = spawnSync(join(root, "node_modules/.bin/lingui"), ["extract", "--config", config], { cwd: root });
  if (extracted.status !== 0) throw new Error(String(extracted.stderr));
  current = catalog(scratch, "en");
}, 60_000);

afterAll(() => rmSync(scratch, { recursive: true }));

describe.each(["en", "zh-CN"])("%s", (language) => {
  const texts = catalog(join(root, "src/i18n/catalogs"), language);

  test("has a text for every message in the sources, and no others", () => {
    expect([...texts].filter(([, text]) => text === "").map(([id]) => id)).toEqual([]);
    expect([...texts.keys()].toSorted()).toEqual([...current.keys()].toSorted());
  });

  test("fills in the same values as the source", () => {
    const values = (text: string) =>
      new Set([...text.matchAll(/[{<]\/?(\w+)[,}>/]/g)].map(([, name]) => name).filter((name) => name !== "other"));
    const wrong = [...texts].filter(([id, text]) => [...values(text)].some((name) => !values(id).has(name)));
    expect(wrong).toEqual([]);
  });
});

test("every refusal of the server has its sentence", () => {
  const server = globSync("{domain,api,tenants,workers}/**/*.py", { cwd: join(root, "..") });
  const said = /\bRefused\(\s*"(\w+)"|"(barcode_\w+)"/g; // a refusal, or a warning
  const codes = server.flatMap((file) =>
    [...readFileSync(join(root, "..", file), "utf8").matchAll(said)].map(([, code, warning]) => code ?? warning ?? ""),
  );
  expect(codes.length).toBeGreaterThan(20);
  expect([...new Set(codes)].filter((code) => !(code in REFUSALS)).toSorted()).toEqual([]);
});

/** Reports of imports say the same as the app, in both languages. HUOTONG_WRITE_SENTENCES=1 writes the file anew. */
test("the server's copy of the sentences is what stands here", () => {
  const chinese = catalog(join(root, "src/i18n/catalogs"), "zh-CN");
  const copied = Object.entries(REFUSALS).map(([code, { message = "" }]) => [code, [chinese.get(message), message]]);
  const text = `${JSON.stringify(Object.fromEntries(copied), null, 1)}\n`;
  const file = join(root, "../workers/imports/sentences.json");
  if (process.env.HUOTONG_WRITE_SENTENCES === "1") writeFileSync(file, text);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("sentences end, details do not", () => {
  const text = (descriptor: { message?: string }) => descriptor.message ?? "";
  expect(
    Object.values(REFUSALS)
      .map(text)
      .filter((sentence) => !sentence.endsWith(".")),
  ).toEqual([]);
  expect(
    Object.values(DETAILS)
      .map(text)
      .filter((word) => word.endsWith(".")),
  ).toEqual([]);
});
