import "fake-indexeddb/auto";
import { beforeEach, expect, test, vi } from "vitest";
import { standInBrowser } from "../browser";
import { freshDevice, held, unit } from "./device";
import { COMPANY, SyncServer, USER } from "./server";

vi.setConfig({ testTimeout: 20_000 });
const SOON = { timeout: 8000 };

let server: SyncServer;

beforeEach(async () => {
  vi.resetModules(); // each test is a tab of its own
  standInBrowser();
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  server = new SyncServer();
  server.visible.add("unit@common");
  server.put("unit@common", unit(1));
  (await freshDevice()).shut();
});

async function tab() {
  const [{ startLive }, { openFor, close }, { session, renew }] = await Promise.all([
    import("../../src/offline/live"),
    import("../../src/offline/device"),
    import("../../src/data/session"),
  ]);
  startLive();
  return { db: await openFor(COMPANY, USER), close, session, renew };
}

const pulls = () => server.pulls.length;

/** Nothing more is asked for the moment. */
async function quiet() {
  for (let before = -1; before !== server.asked.length;) {
    before = server.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

test("a tab loads, listens, and pulls when the server has news", async () => {
  const { db, close } = await tab();
  await vi.waitFor(() => expect(server.listeners.size).toBe(1), SOON);
  await vi.waitFor(async () => expect(await held(db, "unit")).toEqual([unit(1)]), SOON);
  await quiet();
  server.put("unit@common", unit(2));
  const before = pulls();
  server.say(':\n\ndata: ["com');
  await quiet();
  expect(pulls()).toBe(before);
  server.say('mon"]\n\n');
  await vi.waitFor(async () => expect(await held(db, "unit")).toEqual([unit(1), unit(2)]), SOON);
  close();
});

test("only one tab listens, and the next takes over when it is closed", async () => {
  const first = await tab();
  await vi.waitFor(() => expect(server.listeners.size).toBe(1), SOON);
  vi.resetModules();
  const second = await tab();
  await quiet();
  expect(server.listeners.size).toBe(1);
  first.close();
  await vi.waitFor(() => expect(server.asked.filter((path) => path === "/sync/events")).toHaveLength(2), SOON);
  expect(server.listeners.size).toBe(1);
  second.close();
});

test("what another tab pulled is told to this one", async () => {
  const first = await tab();
  await vi.waitFor(() => expect(server.listeners.size).toBe(1), SOON);
  await quiet();
  vi.resetModules();
  const second = await tab();
  await vi.waitFor(async () => expect(await held(second.db, "unit")).toEqual([unit(1)]), SOON);
  await quiet();
  const heard = new Promise((resolve) => void second.db.changes.watch(resolve));
  server.put("unit@common", unit(3));
  server.say('data: ["common"]\n\n');
  expect(await heard).toMatchObject({ parts: ["unit"] });
  expect(await held(second.db, "unit")).toEqual([unit(1), unit(3)]);
  first.close();
  second.close();
});

test("a person who comes back to the app is brought up to date", async () => {
  const { close } = await tab();
  await vi.waitFor(() => expect(server.listeners.size).toBe(1), SOON);
  await quiet();
  const before = pulls();
  window.dispatchEvent(new Event("focus"));
  await vi.waitFor(() => expect(pulls()).toBe(before + 1), SOON);
  close();
});

test("what failed is tried again by itself, and a broken connection is made anew", async () => {
  server.faults.push("request lost", "portal");
  const { db, close } = await tab();
  await vi.waitFor(async () => expect(await held(db, "unit")).toEqual([unit(1)]), SOON);
  const [listener] = server.listeners;
  server.listeners.clear();
  listener?.error(new TypeError("network"));
  await vi.waitFor(() => expect(server.listeners.size).toBe(1), SOON);
  close();
});

test("a session that is over is not asked with, until somebody signs in again", async () => {
  const { close, session, renew } = await tab();
  await vi.waitFor(() => expect(server.listeners.size).toBe(1), SOON);
  await quiet();
  session.set({ status: "expired" });
  const before = server.asked.length;
  window.dispatchEvent(new Event("focus"));
  await quiet();
  expect(server.asked).toHaveLength(before);
  await renew();
  await vi.waitFor(() => expect(server.asked.length).toBeGreaterThan(before), SOON);
  close();
});
