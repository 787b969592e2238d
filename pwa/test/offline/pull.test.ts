import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { renew } from "../../src/data/session";
import { Database } from "../../src/offline/db";
import { hashOf, packKey } from "../../src/offline/keys";
import { pull } from "../../src/offline/pull";
import { keep, readQueue } from "../../src/offline/queue";
import { rowOf } from "../../src/offline/rows";
import { rowsState } from "../../src/offline/state";
import type { ProductRow } from "../../src/offline/types";
import { productsFrom } from "../../src/offline/products";
import { freshDevice, held, HERE, idOf, offered, price, product, restarted, THERE, transfer, unit } from "./device";
import { SyncServer, USER } from "./server";

vi.setConfig({ testTimeout: 20_000 }); // of a machine that does other things as well

const VISIBLE = [
  "unit@common",
  "product@common",
  "product_price@common",
  `transfer@w:${HERE}`,
  `command@u:${USER}`,
] as const;

let server: SyncServer;
let db: Database;

beforeEach(async () => {
  server = new SyncServer();
  db = await freshDevice();
  for (const key of VISIBLE) server.visible.add(key);
  for (let n = 0; n < 300; n += 1) {
    server.put("unit@common", unit(n));
    server.put("product@common", product(n));
    if (n % 7 > 0) server.put("product_price@common", price(n, `${n}.50`));
  }
  server.put(`transfer@w:${HERE}`, transfer(1, "SENT"));
});

const call = (n: number) => ({
  id: idOf(n),
  name: "inventory.record_count",
  version: 1,
  body: { secret: `what call ${n} says` },
  occurredAt: "2026-11-24T08:00:00Z",
  lane: "a",
  dependsOn: [],
  label: { title: `call ${n}` },
});

const accepted = (n: number) => ({
  id: idOf(n),
  status: "accepted" as const,
  code: null,
  field: null,
  data: {},
  records: [],
  attention: null,
});

async function expectSame() {
  for (const part of ["unit", "product", "product_price", "transfer"] as const) {
    expect(await held(db, part)).toEqual(offered(server, part));
  }
}

describe("the first download", () => {
  test("brings all that this person may see, and then pulls from the manifest's cursor", async () => {
    const seen: (number | undefined)[] = [];
    const unwatch = rowsState.watch(() => seen.push(rowsState.value.download?.done));
    server.before = (path) => {
      if (path.includes("/3")) server.put("unit@common", unit(7, "changed while the download ran"));
    };
    await pull(db);
    unwatch();
    await expectSame();
    expect(Math.max(...seen.map((done) => done ?? 0))).toBe(20);
    expect(rowsState.value.download).toBeNull();
  });

  test("goes on after an interruption with the chunks that are missing", async () => {
    server.before = (path) => {
      if (path.startsWith("/sync/snapshot/product_price/common/2")) throw new TypeError("network");
    };
    await expect(pull(db)).rejects.toThrow("network");
    db = await restarted();
    server.before = () => undefined;
    const before = server.asked.length;
    const done = (await db.fact("loading"))?.done.length ?? 0;
    await pull(db);
    await expectSame();
    const chunks = server.asked.slice(before).filter((path) => /\/\d+(\?|$)/.test(path));
    expect(done).toBeGreaterThan(0);
    expect(chunks).toHaveLength(20 - done);
    expect(server.asked.filter((path) => path === "/sync/snapshot")).toHaveLength(1);
  });

  test("begins again when the server has packed its chunks anew", async () => {
    server.before = (path) => {
      if (path.includes("/common/1")) server.chunks = 8;
    };
    await pull(db);
    expect(server.asked.filter((path) => path === "/sync/snapshot")).toHaveLength(2);
    await expectSame();
  });

  test("does not give up the parts that are left when one is taken away meanwhile", async () => {
    server.before = (path) => {
      if (path.startsWith("/sync/snapshot/product_price")) server.visible.delete("product_price@common");
    };
    await pull(db);
    await expectSame();
    expect(await held(db, "product_price")).toEqual([]);
  });
});

describe("prices, which name no product", () => {
  const asked = (form: string) =>
    server.asked.filter((path) => path.includes("/product_price/") && path.endsWith(form));

  test("are taken as they are by a device with the same products", async () => {
    await pull(db);
    await expectSame();
    expect(asked("?aligned=1")).toHaveLength(4);
    expect(asked("/0")).toEqual([]);
    const products = server.asked.findLastIndex((path) => path.includes("/product/"));
    expect(products).toBeLessThan(server.asked.findIndex((path) => path.includes("/product_price/")));
  });

  test("are asked for with ids where products were made and removed meanwhile", async () => {
    let once = true;
    server.before = (path) => {
      if (!once || !path.includes("/product_price/")) return;
      once = false;
      const hash = (n: number) => Number.parseInt(idOf(n).slice(-2), 16) & 127;
      const like = [301, 302, 303, 304, 305].find((n) => hash(n) % 4 === 0) as number;
      server.put("product@common", product(like));
      server.put("product_price@common", price(like, "7"));
      server.remove("product@common", idOf(like - 256));
      server.remove("product_price@common", idOf(like - 256));
    };
    await pull(db);
    await expectSame();
    expect(asked("/0")).toHaveLength(1);
  });

  test("are understood after an interruption between the products and them", async () => {
    server.before = (path) => {
      if (path.includes("/product_price/")) throw new TypeError("network");
    };
    await expect(pull(db)).rejects.toThrow("network");
    db = await restarted();
    server.before = () => undefined;
    await pull(db);
    await expectSame();
    expect(asked("?aligned=1").length).toBeGreaterThan(4);
    expect(asked("/0")).toEqual([]);
  });

  test("are understood when they are granted later, by the products that are here", async () => {
    server.visible.delete("product_price@common");
    await pull(db);
    server.put("product@common", product(301));
    server.put("product_price@common", price(301, "9"));
    await pull(db);
    server.visible.add("product_price@common");
    await pull(db);
    await expectSame();
    expect(asked("?aligned=1")).toHaveLength(4);
    expect(["/0", "/1", "/2", "/3"].flatMap(asked)).toEqual([]);
  });

  test("come as rows to a device without products", async () => {
    server.visible.delete("product@common");
    await pull(db);
    await expectSame();
    expect(["/0", "/1", "/2", "/3"].flatMap(asked)).toEqual([]);
  });

  test("are none for a product without, and when they are taken away; for whoever may not see them they are not", async () => {
    await pull(db);
    server.put("product_price@common", price(1, null));
    await pull(db);
    const rows = [product(0), product(1), product(2)] as ProductRow[];
    const prices = async () => (await productsFrom(db, rows)).map((found) => found.price);
    expect(await prices()).toEqual([null, null, "2.50"]);
    server.visible.delete("product_price@common");
    await pull(db);
    expect(await prices()).toEqual([undefined, undefined, undefined]);
  });
});

test("a part that is added after an interruption lacks nothing", async () => {
  server.visible.delete("product_price@common");
  await pull(db);
  server.visible.add("product_price@common");
  server.before = (path) => {
    if (path.startsWith("/sync/snapshot/product_price/common/3")) throw new TypeError("network");
  };
  await expect(pull(db)).rejects.toThrow("network");
  server.before = () => undefined;
  for (let n = 0; n < 40; n += 1) server.put("product_price@common", price(n, `${n}.99`));
  await pull(db);
  await expectSame();
});

describe("a pull", () => {
  beforeEach(() => pull(db));

  test("applies what changed, came and went, page by page", async () => {
    server.page = 10;
    for (let n = 290; n < 330; n += 1) server.put("unit@common", unit(n, `new ${n}`));
    for (let n = 0; n < 20; n += 1) server.remove("product_price@common", idOf(n));
    await pull(db);
    await expectSame();
    expect(server.pulls.length).toBeGreaterThan(6);
  });

  test("drops a document that is done, and takes it back when it is opened again", async () => {
    server.put(`transfer@w:${HERE}`, transfer(1, "RECEIVED"));
    await pull(db);
    expect(await held(db, "transfer")).toEqual([]);
    server.put(`transfer@w:${HERE}`, transfer(1, "PARTLY_RECEIVED", "came back"));
    await pull(db);
    await expectSame();
  });

  test("removes all of a warehouse that is taken away, and loads one that is given", async () => {
    server.put(`transfer@w:${THERE}`, transfer(2, "SENT"));
    server.visible.delete(`transfer@w:${HERE}`);
    server.visible.add(`transfer@w:${THERE}`);
    server.permissions = [];
    await pull(db);
    await expectSame();
    expect((await db.pack.toCollection().primaryKeys()).filter((key) => key.includes(HERE))).toEqual([]);
    expect(await db.staged.count()).toBe(0);
  });

  test("stores prices and calls as ciphertext, under a key that does not leave", async () => {
    await keep(db, call(1));
    const [unsealed, sealed] = await Promise.all([
      db.pack.get(packKey("unit@common", hashOf("unit", idOf(1)))),
      db.pack.where(":id").startsWith("product_price@common").toArray(),
    ]);
    expect(unsealed).toBeInstanceOf(Array);
    expect(sealed.every((pack) => pack instanceof Uint8Array)).toBe(true);
    const stored = (await db.call.toArray())[0];
    expect(new TextDecoder().decode(stored?.sealed)).not.toContain("secret");
    await expect(crypto.subtle.exportKey("raw", db.key)).rejects.toThrow("not extractable");
  });

  test("takes an answer into the queue in the same step as the rows that it came with", async () => {
    await keep(db, call(1));
    await keep(db, call(2));
    const seen: string[] = [];
    db.changes.watch(async () => {
      const counted = (await rowOf(db, "unit", [idOf(5)])).get(idOf(5));
      seen.push(`${(await readQueue(db)).length} ${counted?.name}`);
    });
    server.put("unit@common", unit(5, "counted"));
    server.answer(USER, accepted(1));
    await pull(db);
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(0));
    expect(new Set(seen)).toEqual(new Set(["1 counted"]));
    expect(server.pulls.at(-1)?.unsent).toBe(2);
  });

  test("loads anew beside the old rows when the cursor is too old, and keeps the queue", async () => {
    await keep(db, call(1));
    server.put("unit@common", unit(1, "after"));
    server.remove("unit@common", idOf(2));
    server.forget();
    const meanwhile: number[] = [];
    server.before = async (path) => {
      meanwhile.push((await held(db, "unit")).length);
      if (path === "/sync/snapshot/unit/common/3") throw new TypeError("network");
    };
    await expect(pull(db)).rejects.toThrow("network");
    expect(new Set(meanwhile)).toEqual(new Set([300]));
    server.before = () => undefined;
    await pull(db);
    await expectSame();
    expect((await readQueue(db)).map(({ body }) => body)).toEqual([{ secret: "what call 1 says" }]);
  });

  test("stops where only a newer app understands, and leaves the rows readable", async () => {
    server.schemaVersion = 2;
    expect(await pull(db)).toBe(false);
    expect(rowsState.value.upgrade).toBe(true);
    expect(await held(db, "unit")).toHaveLength(300);
    server.schemaVersion = 1;
    expect(await pull(db)).toBe(true);
    expect(rowsState.value.upgrade).toBe(false);
  });

  test("leaves everything as it was when it fails in the middle of a page", async () => {
    const before = await held(db, "unit");
    server.put("unit@common", unit(3, "half"));
    const torn = () => {
      throw new Error("torn");
    };
    db.meta.hook("updating", torn);
    await expect(pull(db)).rejects.toThrow("torn");
    expect(await held(db, "unit")).toEqual(before);
    db.meta.hook("updating").unsubscribe(torn);
    await pull(db);
    await expectSame();
  });

  test("by two tabs at once is done by one of them; the second may wait for it", async () => {
    const asked = server.asked.length;
    expect(await Promise.all([pull(db), pull(db)])).toEqual([true, false]);
    expect(server.asked.length - asked).toBe(1);
    expect(await Promise.all([pull(db), pull(db, { wait: true })])).toEqual([true, true]);
  });

  test("by two tabs at once stays right even where a lock is not kept", async () => {
    const granted = (...asked: unknown[]) => (asked.at(-1) as (lock: unknown) => unknown)({});
    vi.stubGlobal("navigator", { locks: { request: async (...asked: unknown[]) => granted(...asked) } });
    const other = await new Database(db.companyId, db.userId).ready();
    server.page = 7;
    for (let n = 0; n < 40; n += 1) server.put("product_price@common", price(n, `${n}.99`));
    server.visible.delete("unit@common");
    await Promise.all([pull(db), pull(other)]);
    await expectSame();
    server.visible.add("unit@common");
    await Promise.all([pull(db), pull(other)]);
    await expectSame();
    expect(await held(other, "unit")).toEqual(await held(db, "unit"));
    other.shut();
    vi.unstubAllGlobals();
  });

  test("writes the new rights into the profile", async () => {
    const profile = { name: "Zhang", email: "z@x", roles: [], company: "A", currency: "CNY", permissions: ["old"] };
    await db.meta.put(profile, "profile");
    server.permissions = ["product.read", "stock.read"];
    await pull(db);
    expect((await db.fact("profile"))?.permissions).toEqual(server.permissions);
  });

  test("does not bring another person's rows when somebody else has signed in meanwhile", async () => {
    const before = server.asked.length;
    server.person = { tenant: server.person.tenant, sub: HERE };
    server.faults.push("unauthorized"); // the token of before is over
    await expect(pull(db)).rejects.toThrow("another_person");
    expect(server.asked.slice(before)).toEqual(["/sync/pull"]);
    server.person = { tenant: server.person.tenant, sub: USER };
    await renew();
  });

  test("is tried once more with a new token, and counts a portal or a busy server as no answer", async () => {
    server.faults.push("unauthorized");
    expect(await pull(db)).toBe(true);
    server.faults.push("portal");
    await expect(pull(db)).rejects.toThrow("text/html");
    server.faults.push("overloaded");
    await expect(pull(db)).rejects.toThrow("503");
  });
});
