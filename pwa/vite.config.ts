import { gzipSync } from "node:zlib";
import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";
import { keepEarlier } from "./build/earlier";
import app from "./package.json" with { type: "json" };

const API = process.env.HUOTONG_API ?? "http://127.0.0.1:8000";
const FIRST_JS_LIMIT = 180_000;
const ENTRY = /\.html$|\/main\.tsx$/;
const STYLE = /\.css(\?|$)/;
const GRAPHIQL = /\/node_modules\/(@?graphiql|@?monaco)|\/src\/graphiql\//;

/** What a phone needs without a network: the app's own page, all that it may load, and what its workers are made of. */
const onPhones = new Set<string>();
const WORKERS = /^assets\/(search|reader)\.worker-|\.wasm$/;

/** GraphiQL, a page for those who write programs, stays on the server. */
function sortFiles(): Plugin {
  return {
    name: "sort-files",
    apply: "build",
    generateBundle(_, bundle) {
      const visit = (name: string) => {
        const file = bundle[name];
        if (onPhones.has(name)) return;
        onPhones.add(name);
        if (file?.type !== "chunk") return;
        [...file.imports, ...file.dynamicImports].forEach(visit);
        file.viteMetadata?.importedCss.forEach(visit);
        file.viteMetadata?.importedAssets.forEach(visit);
      };
      for (const [name, file] of Object.entries(bundle)) {
        if ((file.type === "chunk" && file.isEntry && file.name === "index") || WORKERS.test(name)) visit(name);
      }
    },
  };
}

/** Fails the build where files load one another in a circle: one of them then runs before what it is made of is there. */
function noCircles(): Plugin {
  return {
    name: "no-circles",
    apply: "build",
    generateBundle(_, bundle) {
      const through = new Set<string>();
      const visit = (name: string, path: readonly string[]) => {
        if (path.includes(name)) this.error(`files load one another in a circle: ${[...path, name].join(" → ")}`);
        if (through.has(name)) return;
        const file = bundle[name];
        if (file?.type === "chunk") for (const next of file.imports) visit(next, [...path, name]);
        through.add(name);
      };
      for (const name of Object.keys(bundle)) visit(name, []);
    },
  };
}

/** Prints what a first visit downloads before anything shows, the sentences of one language too, and fails the build when it outgrows its budget. */
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
      const languages = Object.values(bundle).filter(
        (file) => file.type === "chunk" && file.facadeModuleId?.endsWith(".po"),
      );
      const js =
        size(reached(entry.fileName, false), ".js") +
        Math.max(...languages.map(({ fileName }) => size([fileName], ".js")));
      const css = size(reached(entry.fileName, true), ".css");
      this.info(
        `first JS ${(js / 1000).toFixed(1)} kB gz of ${FIRST_JS_LIMIT / 1000}, CSS ${(css / 1000).toFixed(1)} kB gz`,
      );
      if (js > FIRST_JS_LIMIT) this.error(`first JS is over its budget`);
    },
  };
}

export default defineConfig(({ command }) => ({
  define: { APP_VERSION: JSON.stringify(app.version) },
  plugins: [
    react(),
    lingui({ macroTransform: true, failOnMissing: command === "build" }),
    noCircles(),
    firstLoad(),
    sortFiles(),
    keepEarlier(),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src",
      filename: "sw.ts",
      registerType: "prompt",
      injectRegister: false, // src/app/update.ts
      includeManifestIcons: false, // they are files of the app anyway
      injectManifest: {
        globPatterns: ["**/*.{js,css,html,svg,png,wasm}"],
        globIgnores: ["graphiql.html"],
        maximumFileSizeToCacheInBytes: 4_000_000, // looked at before the next line
        manifestTransforms: [
          (entries) => ({
            manifest: entries
              .filter(({ url }) => onPhones.has(url) || !url.startsWith("assets/"))
              .map((entry) => ({ ...entry, url: entry.url === "index.html" ? "/" : entry.url })), // its one address
            warnings: [],
          }),
        ],
      },
      manifest: {
        id: "/",
        name: "货通 Huotong",
        short_name: "货通",
        description: "进销存：采购、销售、库存，没有网络也能用。Purchase, sales and stock, with or without a network.",
        lang: "zh-CN",
        start_url: "/",
        scope: "/",
        display: "standalone",
        theme_color: "#0b7285",
        background_color: "#ffffff",
        icons: [
          { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "/icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
    }),
  ],
  build: {
    target: ["chrome111", "safari16.4", "firefox115"],
    // The polyfill would be the one script that is not ours to review; every browser of the target has modulepreload.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true, // for keepEarlier, which empties the folder in its own time
    emptyOutDir: false,
    chunkSizeWarningLimit: 4000, // GraphiQL's editor and its workers; the app has its own budget
    rolldownOptions: {
      input: ["index.html", "graphiql.html"],
      checks: { moduleLevelDirective: false }, // of GraphiQL's, which say nothing to a bundler
      output: {
        chunkFileNames: ({ name }) => `assets/${name.replace(/~.*/, "")}-[hash].js`,
        codeSplitting: {
          // Every file costs a slow phone's service worker its time: so there are few, and one style sheet for all pages.
          groups: [
            { name: "app", tags: ["$initial"], test: (id) => !ENTRY.test(id), priority: 2 },
            { name: "style", test: (id) => STYLE.test(id) && !GRAPHIQL.test(id), priority: 2 },
            {
              name: "parts",
              minShareCount: 2,
              test: (id) => !GRAPHIQL.test(id),
              entriesAware: true,
              entriesAwareMergeThreshold: 20_000, // more makes fewer files, and of 40_000 on circles
            },
          ],
        },
      },
    },
  },
  worker: { format: "es" },
  server: {
    proxy: Object.fromEntries(
      ["/graphql", "/oauth", "/.well-known", "/sync", "/uploads", "/downloads"].map((path) => [path, API]),
    ),
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
}));
