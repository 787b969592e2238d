import "fake-indexeddb/auto";
import { expect, test, vi } from "vitest";
import { device, openFor, wipe } from "../../src/offline/device";
import { COMPANY, USER } from "./server";

const OLDER = 5;

test("another tab holds an older version open: this one says so, and goes on when that is closed", async () => {
  await wipe(COMPANY, USER);
  const older = await new Promise<IDBDatabase>((next, fail) => {
    const opening = indexedDB.open(`huotong:${COMPANY}:${USER}`, OLDER); // and is deaf to what newer ones ask for
    opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore("meta"));
    opening.addEventListener("success", () => next(opening.result));
    opening.addEventListener("error", () => fail(opening.error));
  });
  const opened = openFor(COMPANY, USER);
  await vi.waitFor(() => expect(device.value.status).toBe("blocked"));
  older.close();
  const db = await opened;
  expect(device.value).toEqual({ status: "open", db });
  expect(await db.fact("key")).toBeInstanceOf(CryptoKey);
});
