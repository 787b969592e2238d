/**
 * Documents are typed by gql.tada against the server's printed schema and are plain text at run time: no parser, no
 * printer and no cache in the bundle.
 */
import type { initGraphQLTada, ResultOf, TadaDocumentNode, VariablesOf } from "gql.tada";
import type { introspection } from "./graphql-env";
import type { Decimal } from "./decimal";

type Graphql = initGraphQLTada<{
  disableMasking: true;
  introspection: introspection;
  scalars: { Decimal: Decimal; Date: string; DateTime: string; UUID: string; JSON: unknown };
}>;

export type Document<Result = unknown, Variables = unknown> = TadaDocumentNode<Result, Variables>;
export type { ResultOf, VariablesOf };

function compose(text: string, fragments: readonly { parts: string[] }[] = []) {
  return { parts: [...new Set([text, ...fragments.flatMap((fragment) => fragment.parts)])] };
}

export const graphql = compose as unknown as Graphql;

export const textOf = (document: Document) => (document as unknown as { parts: string[] }).parts.join("\n");
