import { beforeEach, expect, test, vi } from "vitest";
import type { CommandDocument } from "../src/data/command";
import { standInBrowser, standInServer, token } from "./browser";

beforeEach(() => {
  vi.resetModules();
  standInBrowser();
});

const outcome = (status: string, code: string | null = null) =>
  Response.json({ data: { outcome: { id: "x", status, code, field: null, data: {}, records: [] } } });

const broken = () => Promise.reject(new TypeError("network"));

/** The commands of a server whose answers are given in turn. */
async function talk(answers: (() => Response | Promise<Response>)[], patience = [0, 0]) {
  const { CommandRunner } = await import("../src/data/command");
  const document = { parts: ["mutation"] } as unknown as CommandDocument<string>;
  const sent = standInServer(({ path }) => (path === "/graphql" ? (answers.shift() ?? broken)() : token("t")));
  const commands = () =>
    sent.flatMap(({ path, body }) =>
      path === "/graphql" ? [(body as { variables: { id: string; input: string } }).variables] : [],
    );
  return { runner: new CommandRunner(document, patience), commands };
}

test("a lost answer is asked for again with the same id and body", async () => {
  const { runner, commands } = await talk([broken, broken, () => outcome("ACCEPTED")]);
  expect(await runner.run("first")).toMatchObject({ status: "ACCEPTED" });
  expect(commands()).toHaveLength(3);
  expect(new Set(commands().map(({ id }) => id)).size).toBe(1);
});

test("while it is unanswered nothing else goes out under that id", async () => {
  const { runner, commands } = await talk([broken, broken, broken, () => outcome("ACCEPTED")]);
  expect(await runner.run("first")).toBeNull();
  expect(runner.state.value.step).toBe("unanswered");
  runner.clear();
  expect(runner.state.value.step).toBe("unanswered");
  await runner.run("changed meanwhile");
  expect(commands().map(({ input }) => input)).toEqual(["first", "first", "first", "first"]);
  expect(new Set(commands().map(({ id }) => id)).size).toBe(1);
});

test("a fault of the server may have come after the commit: it is repeated too", async () => {
  const { runner, commands } = await talk([() => new Response("", { status: 500 }), () => outcome("ACCEPTED")]);
  expect(await runner.run("first")).toMatchObject({ status: "ACCEPTED" });
  expect(new Set(commands().map(({ id }) => id)).size).toBe(1);
});

test("a refusal is an answer, and its correction a new command", async () => {
  const { runner, commands } = await talk([() => outcome("REFUSED", "insufficient_stock"), () => outcome("ACCEPTED")]);
  expect(await runner.run("ten")).toMatchObject({ status: "REFUSED" });
  expect(await runner.run("five")).toMatchObject({ status: "ACCEPTED" });
  expect(new Set(commands().map(({ id }) => id)).size).toBe(2);
});

test("a request that was not accepted ran nothing and is not repeated", async () => {
  const unknownField = () => Response.json({ errors: [{ message: "unknown field" }] }, { status: 400 });
  const { runner, commands } = await talk([unknownField]);
  expect(await runner.run("first")).toBeNull();
  expect(runner.state.value.step).toBe("failed");
  expect(commands()).toHaveLength(1);
});
