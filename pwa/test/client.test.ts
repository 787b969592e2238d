import { beforeEach, expect, test, vi } from "vitest";
import type { Document } from "../src/data/graphql";
import { standInBrowser, standInServer, token } from "./browser";

beforeEach(() => {
  vi.resetModules();
  standInBrowser();
});

const document = { parts: ["{ products { cost } }"] } as unknown as Document;

async function ask(answer: (authorization: string | null) => Response | Promise<Response>) {
  const { request } = await import("../src/data/client");
  let tokens = 0;
  standInServer(({ path, headers }) =>
    path === "/graphql" ? answer(headers.get("Authorization")) : token(`t${++tokens}`),
  );
  return request(document, {});
}

test("a token that the server does not take any more is renewed once and the request repeated", async () => {
  const seen: (string | null)[] = [];
  const { data } = await ask((authorization) => {
    seen.push(authorization);
    return seen.length === 1 ? new Response(null, { status: 401 }) : Response.json({ data: { ok: true } });
  });
  expect(data).toEqual({ ok: true });
  expect(seen).toEqual(["Bearer t1", "Bearer t2"]);
});

test("a hidden field is no failure, its path is told", async () => {
  const hidden = { message: "", path: ["products", "nodes", 0, "cost"], extensions: { code: "FIELD_FORBIDDEN" } };
  const { forbidden } = await ask(() => Response.json({ data: { products: null }, errors: [hidden] }));
  expect(forbidden).toEqual(["products.nodes.cost"]);
});

test.each([
  ["a broken connection", () => Promise.reject(new TypeError("network")), "Unreachable"],
  ["a portal's page", () => new Response("<html>", { headers: { "content-type": "text/html" } }), "Unreachable"],
  ["a gateway without a server", () => Response.json({}, { status: 502 }), "Unreachable"],
  ["a fault of ours", () => Response.json({ data: null, errors: [{ message: "bug" }] }), "Failed"],
  ["a fault in a part", () => Response.json({ data: { a: 1 }, errors: [{ message: "bug", path: ["b"] }] }), "Failed"],
])("%s is told apart", async (_, answer, kind) => {
  const errors = await import("../src/data/errors");
  await expect(ask(answer)).rejects.toBeInstanceOf(errors[kind as "Failed"]);
});
