import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { removeOld, retire } from "../build/earlier";

const DAY_MS = 24 * 3_600_000;
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "huotong-build-"));
  mkdirSync(join(folder, "assets"));
  mkdirSync(join(folder, ".vite"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const has = (name: string) => existsSync(join(folder, "assets", name));

/** A build writes its files and says which they are. */
function build(now: number, name: string) {
  retire(folder, new Date(now));
  writeFileSync(join(folder, "assets", name), "");
  const chunk = { file: `assets/${name}`, css: [`assets/${name}.css`] };
  writeFileSync(join(folder, `assets/${name}.css`), "");
  writeFileSync(join(folder, ".vite/manifest.json"), JSON.stringify({ "index.html": chunk }));
  removeOld(folder, now);
}

test("chunks of an earlier build stay for thirty days after it was replaced, however old it was", () => {
  const start = Date.now();
  build(start, "a.js");
  build(start + 100 * DAY_MS, "b.js");
  expect([has("a.js"), has("a.js.css"), has("b.js")]).toEqual([true, true, true]);
  build(start + 129 * DAY_MS, "c.js");
  expect([has("a.js"), has("b.js")]).toEqual([true, true]);
  build(start + 131 * DAY_MS, "d.js");
  expect([has("a.js"), has("a.js.css"), has("b.js"), has("c.js"), has("d.js")]).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});

test("the first build has nothing before it", () => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  expect(() => (retire(folder), removeOld(folder))).not.toThrow();
});
