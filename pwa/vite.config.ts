import { gzipSync } from "node:zlib";
import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const API = process.env.HUOTONG_API ?? "http://127.0.0.1:8000";
const FIRST_JS_LIMIT = 180_000;

/** Prints what a first visit downloads before anything shows, and fails the build when it outgrows its budget. */
function firstLoad(): Plugin {
  return {
    name: "first-load",
    apply: "build",
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const first = new Set<string>();
      const add = (name: string) => {
        const chunk = bundle[name];
        if (first.has(name) || chunk?.type !== "chunk") return;
        first.add(name);
        chunk.imports.forEach(add);
      };
      files.forEach((file) => file.type === "chunk" && file.isEntry && add(file.fileName));
      const size = (names: Iterable<string>) =>
        [...names].reduce((sum, name) => {
          const file = bundle[name];
          return file ? sum + gzipSync(file.type === "chunk" ? file.code : file.source).length : sum;
        }, 0);
      const js = size(first);
      const css = size(files.filter((file) => file.fileName.endsWith(".css")).map((file) => file.fileName));
      this.info(
        `first JS ${(js / 1000).toFixed(1)} kB gz of ${FIRST_JS_LIMIT / 1000}, CSS ${(css / 1000).toFixed(1)} kB gz`,
      );
      if (js > FIRST_JS_LIMIT) this.error(`first JS is over its budget`);
    },
  };
}

export default defineConfig(({ command }) => ({
  plugins: [react(), lingui({ macroTransform: true, failOnMissing: command === "build" }), firstLoad()],
  build: {
    target: ["chrome111", "safari16.4", "firefox115"],
    // The polyfill would be the one script that is not ours to review; every browser of the target has modulepreload.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(["/graphql", "/oauth", "/.well-known", "/sync"].map((path) => [path, API])),
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
}));
