import "fake-indexeddb/auto";
import { beforeEach, expect, test, vi } from "vitest";
import { uuid7 } from "../../src/data/uuid";
import { standInBrowser } from "../browser";
import { freshDevice } from "./device";
import { PushDoor } from "./door";
import { COMPANY, USER } from "./server";

vi.setConfig({ testTimeout: 20_000 });
const SOON = { timeout: 8000 };
const BEARER = `e30.${Buffer.from(JSON.stringify({ tenant: COMPANY, sub: USER })).toString("base64url")}.sig`;

let door: PushDoor;
let up: boolean;

beforeEach(async () => {
  vi.resetModules(); // each test is a tab of its own
  standInBrowser();
  door = new PushDoor();
  up = true;
  vi.stubGlobal("fetch", async (path: string, { body }: RequestInit) => {
    if (!up) throw new TypeError("network");
    if (path !== "/sync/push") return Response.json({ access_token: BEARER, expires_in: 600 });
    const answer = await door.courier(String(body));
    return Response.json(answer.body, { status: answer.status });
  });
  (await freshDevice()).shut();
});

async function tab() {
  const [{ startSending, wake }, { openFor, close }, { keep }, connection] = await Promise.all([
    import("../../src/offline/sending"),
    import("../../src/offline/device"),
    import("../../src/offline/queue"),
    import("../../src/data/connection"),
  ]);
  startSending();
  const db = await openFor(COMPANY, USER);
  const make = () =>
    keep(db, {
      id: uuid7(),
      name: "inventory.record_count",
      version: 1,
      body: {},
      occurredAt: "2026-11-24T08:00:00Z",
      lane: uuid7(),
      dependsOn: [],
      label: { title: "count" },
    });
  return { make, wake, close, ...connection };
}

test("a fault of ours is written down, and the queue is sent all the same", async () => {
  const { make, wake, close } = await tab();
  const said = vi.spyOn(console, "error").mockReturnValue();
  const fault = new Error("the browser has no locks today");
  vi.spyOn(navigator.locks, "request").mockRejectedValueOnce(fault);
  await make();
  wake();
  await vi.waitFor(() => expect(door.applied).toHaveLength(1), SOON);
  expect(said.mock.calls).toEqual([["The queue could not be sent, and is tried again:", fault]]);
  close();
});

test("whichever request comes through after an outage, the queue goes at once", async () => {
  const { make, wake, close, connection, reached } = await tab();
  await make();
  up = false;
  wake();
  await vi.waitFor(() => expect(connection.value.reachable).toBe(false), SOON);
  await new Promise((next) => setTimeout(next, 3000)); // by now it waits for four seconds
  up = true;
  const from = Date.now();
  reached();
  await vi.waitFor(() => expect(door.applied).toHaveLength(1), SOON);
  expect(Date.now() - from).toBeLessThan(400);
  close();
});
