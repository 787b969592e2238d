import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { byCookie, courierOf } from "../../src/offline/courier";
import { Database } from "../../src/offline/db";
import { Pusher } from "../../src/offline/push";
import { keep, readQueue } from "../../src/offline/queue";
import { older } from "../../src/app/update";
import { standInBrowser, standInServer } from "../browser";
import { freshDevice, idOf } from "./device";
import { PushDoor } from "./door";
import { COMPANY, USER } from "./server";

let db: Database;
let door: PushDoor;

const tokenOf = (sub: string, jti = 1) =>
  `e30.${Buffer.from(JSON.stringify({ tenant: COMPANY, sub, jti })).toString("base64url")}.sig`;
const mine = { companyId: COMPANY, userId: USER };

beforeEach(async () => {
  standInBrowser();
  db = await freshDevice();
  door = new PushDoor();
  await keep(db, {
    id: idOf(1),
    name: "inventory.record_count",
    version: 1,
    body: {},
    occurredAt: "2026-11-24T08:00:00Z",
    lane: "a",
    dependsOn: [],
    label: { title: "count" },
  });
});

const answered = (body: unknown) => Response.json(door.answer((body as { calls: [] }).calls).body);

test("a token that has ended is replaced once", async () => {
  const sent = standInServer(({ headers, body }) =>
    headers.get("Authorization")?.endsWith(tokenOf(USER, 2)) ? answered(body) : Response.json({}, { status: 401 }),
  );
  const tokens = { accessToken: async () => tokenOf(USER, 1), tokenInsteadOf: async () => tokenOf(USER, 2) };
  expect(await new Pusher(db, courierOf(mine, tokens)).flush()).toEqual({ end: "empty" });
  expect(sent).toHaveLength(2);
  expect(door.applied).toHaveLength(1);
});

test.each([
  ["from the start", tokenOf("somebody else"), tokenOf("somebody else")],
  ["since the last token", tokenOf(USER), tokenOf("somebody else")],
])("nothing is sent while somebody else is signed in, %s", async (_, first, next) => {
  const sent = standInServer(() => Response.json({}, { status: 401 }));
  const tokens = { accessToken: async () => first, tokenInsteadOf: async () => next };
  expect(await new Pusher(db, courierOf(mine, tokens)).flush()).toEqual({ end: "signed-out" });
  expect(sent.every(({ headers }) => headers.get("Authorization") === `Bearer ${tokenOf(USER)}`)).toBe(true);
  expect((await readQueue(db)).map(({ state }) => state)).toEqual(["sent"]);
});

test("a device that was shut out hands over by its cookie, without a token", async () => {
  const sent = standInServer(({ body }) => answered(body));
  expect(await new Pusher(db, byCookie).flush()).toEqual({ end: "empty" });
  expect([sent[0]?.headers.get("Authorization"), sent[0]?.headers.get("X-Huotong-Client")]).toEqual([null, "pwa"]);
  expect(door.applied).toHaveLength(1);
});

test.each([
  ["a portal's page", () => new Response("<html>", { headers: { "Content-Type": "text/html" } })],
  ["too many requests", () => Response.json({}, { status: 429 })],
  ["a server that is starting", () => Response.json({}, { status: 503 })],
  ["a fault", () => Response.json({}, { status: 500 })],
  ["an answer that is none of ours", () => Response.json({ hello: "there" })],
])("%s: nobody was reached", async (_, answer) => {
  standInServer(answer);
  const tokens = { accessToken: async () => tokenOf(USER), tokenInsteadOf: async () => tokenOf(USER) };
  expect(await new Pusher(db, courierOf(mine, tokens)).flush()).toEqual({ end: "unreachable" });
  expect((await readQueue(db)).map(({ state }) => state)).toEqual(["sent"]);
});

test.each([
  ["0.1.0", "0.1.0", false],
  ["0.1.9", "0.1.10", true],
  ["0.10.0", "0.9.9", false],
  ["1.0.0", "0.9.9", false],
  ["0.1.0", "1", true],
])("version %s, at least %s: too old %s", (version, minimum, old) => {
  expect(older(version, minimum)).toBe(old);
});
