import { describe, expect, test } from "vitest";
import cases from "../../../tests/cases/preview.json" with { type: "json" };
import { compare } from "../../src/data/decimal";
import { uuid7 } from "../../src/data/uuid";
import { derivedId } from "../../src/offline/ids";
import { type Goods, type Level, preview, type PreviewCall, type World } from "../../src/offline/preview";
import type { Id, PurchaseOrderRow, SalesOrderRow } from "../../src/offline/types";

type Case = (typeof cases)[number];
type Named = { product: string; place: string; on_hand: string; reserved?: string };
type Ordered = {
  id: string;
  kind: string;
  draft?: boolean;
  lines: { product: string; quantity: string; unit?: string }[];
};

const NOW = Date.parse("2026-11-24T08:00:00Z");
const minutes = (offset: number) => new Date(NOW + offset * 60_000).toISOString();

/** The ids of what a case calls by name. */
class Names {
  readonly #known = new Map<string, Id>();

  id(name: string): Id {
    const [document = "", line] = name.split("/");
    if (name === "new") return uuid7();
    const id = this.#known.get(document) ?? uuid7();
    this.#known.set(document, id);
    return line === undefined ? id : derivedId(id, Number(line));
  }

  resolved(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolved(item));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.resolved(item)]));
    }
    if (typeof value !== "string" || !value.startsWith("@")) return value;
    return value.startsWith("@at:") ? minutes(Number(value.slice(4))) : this.id(value.slice(1));
  }
}

const DOZEN = { numerator: "12", denominator: "1" };
const ONE = { numerator: "1", denominator: "1" };

function worldOf(one: Case, names: Names): World {
  const goods = (kind: Goods["kind"], units: Goods["units"] = []): Goods => ({
    kind,
    unitId: names.id("piece"),
    units,
  });
  const stock = new Map<Id, Map<string, Level>>();
  const at = (product: string, place: string) => {
    const levels = stock.get(names.id(product)) ?? new Map<string, Level>();
    stock.set(names.id(product), levels);
    const level = levels.get(place) ?? { locationId: names.id(place), onHand: "0", reserved: "0" };
    levels.set(place, level);
    return level;
  };
  for (const level of one.stock as Named[]) at(level.product, level.place).onHand = level.on_hand;
  const purchaseOrders = new Map<Id, PurchaseOrderRow>();
  const salesOrders = new Map<Id, SalesOrderRow>();
  for (const order of one.orders as Ordered[]) {
    const id = names.id(order.id);
    const lines = order.lines.map((line, index) => {
      const factor = line.unit === "case" ? DOZEN : ONE;
      const ordered = line.unit === "case" ? String(Number(line.quantity) * 12) : line.quantity;
      return {
        id: derivedId(id, index + 1),
        position: index + 1,
        productId: names.id(line.product),
        unitId: names.id(line.unit ?? "piece"),
        ...factor,
        quantity: line.quantity,
        ordered,
      };
    });
    const head = {
      id,
      number: "1",
      documentOn: "2026-11-24",
      note: "",
      partnerId: names.id("partner"),
      partnerName: "",
    };
    const locationId = names.id("here");
    if (order.kind === "purchase") {
      const received = lines.map((line) => ({ ...line, received: "0" }));
      purchaseOrders.set(id, { ...head, locationId, status: "OPEN", expectedOn: null, lines: received });
    } else {
      const promised = lines.map((line, index) => {
        const reserved = order.draft ? "0" : line.ordered;
        if (!order.draft) at(order.lines[index]?.product ?? "", "here").reserved = reserved;
        return { ...line, reserved, shipped: "0" };
      });
      const status = order.draft ? "DRAFT" : "CONFIRMED";
      salesOrders.set(id, { ...head, locationId, status, kind: "ORDER", lines: promised });
    }
  }
  return {
    goods: new Map([
      [names.id("tea"), goods("GOODS", [{ unitId: names.id("case"), ...DOZEN }])],
      [names.id("cup"), goods("GOODS")],
      [names.id("repair"), goods("SERVICE")],
    ]),
    stock: new Map([...stock].map(([id, levels]) => [id, [...levels.values()]])),
    purchaseOrders,
    salesOrders,
    transfers: new Map(),
  };
}

const callsOf = (one: Case, names: Names): PreviewCall[] =>
  (one.calls as { name: string; body: object; at?: number }[]).map((call, index) => ({
    id: uuid7(),
    name: call.name,
    body: names.resolved(call.body) as Record<string, unknown>,
    occurredAt: minutes(call.at ?? 0),
    n: index + 1,
    state: "waiting",
  }));

const same = (found: string | undefined, wanted: string) => found !== undefined && compare(found, wanted) === 0;

describe("what a phone shows is what the commands will do", () => {
  test.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
    const names = new Names();
    const world = worldOf(one, names);
    const found = preview(world, callsOf(one, names));
    const levels = [...new Set([...world.stock.keys(), ...found.stock.keys()])].flatMap((productId) =>
      (found.stock.get(productId) ?? world.stock.get(productId) ?? []).map((level) => ({ productId, ...level })),
    );
    const expected = one.expect.stock as Named[];
    expect(levels.map(({ productId, locationId }) => `${productId} ${locationId}`).toSorted()).toEqual(
      expected.map(({ product, place }) => `${names.id(product)} ${names.id(place)}`).toSorted(),
    );
    for (const { product, place, on_hand: onHand, reserved = "0" } of expected) {
      const level = levels.find((each) => each.productId === names.id(product) && each.locationId === names.id(place));
      expect([product, place, level?.onHand, level?.reserved]).toSatisfy(
        () => same(level?.onHand, onHand) && same(level?.reserved, reserved),
      );
    }
    for (const wanted of one.expect.documents as { id: string; status: string; lines: Record<string, string>[] }[]) {
      const id = names.id(wanted.id);
      const document =
        found.purchaseOrders.get(id) ??
        found.salesOrders.get(id) ??
        found.transfers.get(id) ??
        world.purchaseOrders.get(id) ??
        world.salesOrders.get(id);
      const lines = document?.lines.map((line, index) =>
        Object.fromEntries(
          Object.keys(wanted.lines[index] ?? {}).map((key) => [key, (line as unknown as Record<string, string>)[key]]),
        ),
      );
      expect([document?.status, lines]).toEqual([wanted.status, wanted.lines]);
    }
  });
});

test("refused calls have done nothing, calls that a manager looks at have", () => {
  const names = new Names();
  const one = cases.find(({ name }) => name === "goods without an order") as Case;
  const [call] = callsOf(one, names) as [PreviewCall];
  const onHand = (state: PreviewCall["state"]) =>
    preview(worldOf(one, names), [{ ...call, state }]).stock.get(names.id("cup"))?.[0]?.onHand;
  expect((["waiting", "sent", "accepted", "review"] as const).map(onHand)).toEqual(["1", "1", "1", "1"]);
  expect((["refused", "parked"] as const).map(onHand)).toEqual([undefined, undefined]);
});

test("5,000 calls are counted in within a moment", () => {
  const names = new Names();
  const one = cases.find(({ name }) => name === "goods without an order") as Case;
  const calls = Array.from({ length: 5000 }, (_, n) => ({ ...(callsOf(one, names)[0] as PreviewCall), n }));
  const world = worldOf(one, names);
  const from = performance.now();
  preview(world, calls);
  expect(performance.now() - from).toBeLessThan(5000); // 0.2 s, unless the machine is busy
});
