/** What Monaco, GraphiQL's editor, needs to know before it loads: where its workers are, and how HTML is trusted. */
// oxlint-disable import/default -- it looks for the file, Vite answers with its address
import editorWorker from "monaco-editor/esm/vs/editor/editor.worker.js?worker&url";
import jsonWorker from "monaco-editor/esm/vs/language/json/json.worker.js?worker&url";
import graphqlWorker from "monaco-graphql/esm/graphql.worker.js?worker&url";

const WORKERS: Record<string, string> = { json: jsonWorker, graphql: graphqlWorker };

type Policy = { createHTML: (html: string) => string; createScriptURL: (url: string) => string | null };

declare global {
  var trustedTypes: { createPolicy: (name: string, policy: Policy) => unknown } | undefined;
}

// Monaco and the documentation panel write HTML as text. Script stays what it is everywhere: our own files, and of
// those only the workers.
globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (html) => html,
  createScriptURL: (url) => ([editorWorker, jsonWorker, graphqlWorker].includes(url) ? url : null),
});

window.MonacoEnvironment = {
  createTrustedTypesPolicy: () => undefined, // the default one will do
  getWorker: (_: string, label: string) => new Worker(WORKERS[label] ?? editorWorker, { type: "module", name: label }),
};
