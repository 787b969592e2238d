/**
 * Phones go on with the build that they have, and load its chunks when they need them. So the assets of earlier builds
 * stay in the output for a while after the build that left them out; only then are they removed.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const KEPT_MS = 30 * 24 * 3_600_000;
const MANIFEST = ".vite/manifest.json";

type Chunk = { file: string; css?: string[]; assets?: string[] };

/** Assets that a build wrote, by its manifest. */
function assetsOf(folder: string): string[] {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return [];
  const chunks = Object.values(JSON.parse(readFileSync(path, "utf8")) as Record<string, Chunk>);
  return [...new Set(chunks.flatMap(({ file, css = [], assets = [] }) => [file, ...css, ...assets]))];
}

/** They were current until now: from here their time counts. */
export function retire(folder: string, now = new Date()) {
  for (const file of assetsOf(folder)) {
    const path = join(folder, file);
    if (existsSync(path)) utimesSync(path, now, now);
  }
}

/** Removes the assets that no build has used for so long. */
export function removeOld(folder: string, now = Date.now()) {
  const current = new Set(assetsOf(folder));
  const assets = join(folder, "assets");
  for (const name of existsSync(assets) ? readdirSync(assets) : []) {
    const path = join(assets, name);
    if (!current.has(`assets/${name}`) && now - statSync(path).mtimeMs > KEPT_MS) rmSync(path);
  }
}

/** Needs `build.manifest`, and `build.emptyOutDir` to be off. */
export function keepEarlier(): Plugin {
  let folder = "";
  return {
    name: "keep-earlier",
    apply: "build",
    configResolved: ({ root, build }) => void (folder = join(root, build.outDir)),
    buildStart: () => retire(folder),
    closeBundle: () => removeOld(folder),
  };
}
