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
      const entry = Object.values(bundle).find(
        (file) => file.type === "chunk" && file.isEntry && file.name === "index",
      );
      const reached = (name: string, later: boolean, found = new Set<string>()) => {
        const chunk = bundle[name];
        if (found.has(name) || chunk?.type !== "chunk") return found;
        found.add(name);
        for (const next of [...chunk.imports, ...(later ? chunk.dynamicImports : [])]) reached(next, later, found);
        chunk.viteMetadata?.importedCss.forEach((sheet) => found.add(sheet));
        return found;
      };
      const size = (names: Iterable<string>, kind: ".js" | ".css") =>
        [...names]
          .filter((name) => name.endsWith(kind))
          .reduce((sum, name) => {
            const file = bundle[name];
            return file ? sum + gzipSync(file.type === "chunk" ? file.code : file.source).length : sum;
          }, 0);
      if (!entry) return this.error("the app has no entry");
      const js = size(reached(entry.fileName, false), ".js");
      const css = size(reached(entry.fileName, true), ".css");
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
    chunkSizeWarningLimit: 4000, // GraphiQL's editor and its workers; the app has its own budget
    rolldownOptions: {
      input: ["index.html", "graphiql.html"],
      checks: { moduleLevelDirective: false }, // of GraphiQL's, which say nothing to a bundler
    },
  },
  worker: { format: "es" },
  server: {
    proxy: Object.fromEntries(["/graphql", "/oauth", "/.well-known", "/sync"].map((path) => [path, API])),
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
}));
