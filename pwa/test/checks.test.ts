import { expect, test } from "vitest";
import { type Difference, grouped, isKept, isRepairable } from "../src/features/checks/check";
import { subjectOf, wantedOf } from "../src/features/checks/named";

const difference = (check: Difference["check"], key: string, what = "", documentId: string | null = null) =>
  ({ check, key, what, documentId }) as Difference;

test.each([
  ["BALANCE", "pen lot owner shelf", { kind: "products", id: "pen", location: "shelf" }],
  ["RESERVED", "pen shelf", { kind: "products", id: "pen", location: "shelf" }],
  ["POOL", "pen", { kind: "products", id: "pen" }],
  ["SHIPPED", "line", { kind: "salesLines", id: "line" }],
  ["RETURNED", "line", { kind: "salesLines", id: "line" }],
  ["RECEIVED", "line", { kind: "purchaseLines", id: "line" }],
  ["TRANSFERRED", "line", { kind: "transferLines", id: "line" }],
  ["STATUS", "sales_order one", { kind: "salesOrders", id: "one" }],
  ["STATUS", "purchase_order one", { kind: "purchaseOrders", id: "one" }],
  ["STATUS", "stock_transfer one", { kind: "transfers", id: "one" }],
  ["CHANGE", "stock pen warehouse", { kind: "products", id: "pen", warehouse: "warehouse" }],
  ["CHANGE", "stock_document slip", { kind: "documents", id: "slip" }],
  ["LOG", "slip", { kind: "documents", id: "slip" }],
  ["CHAIN", "12 call", undefined],
] as const)("%s %s", (check, key, subject) => {
  expect(subjectOf({ check, key })).toEqual(subject);
});

test("each name is asked for once, with the document of the first cause", () => {
  const wanted = wantedOf([
    difference("BALANCE", "pen - - shelf", "on_hand", "slip"),
    difference("POOL", "pen", "quantity", "slip"),
    difference("POOL", "pen", "value"),
    difference("LOG", "count", "command"),
  ]);
  expect(wanted).toMatchObject({ products: ["pen"], documents: ["count", "slip"], salesLines: [] });
});

test("columns of a row stand together, in the order of the check", () => {
  const found = [
    difference("POOL", "pen", "quantity"),
    difference("BALANCE", "cup - - shelf", "on_hand"),
    difference("POOL", "cup", "value"),
    difference("POOL", "pen", "value"),
  ];
  const told = grouped(found).map(({ check, rows }) => [
    check,
    ...rows.map(({ key, differences }) => [key, ...differences.map(({ what }) => what)]),
  ]);
  expect(told).toEqual([
    ["POOL", ["pen", "quantity", "value"], ["cup", "value"]],
    ["BALANCE", ["cup - - shelf", "on_hand"]],
  ]);
});

test("what is kept nowhere is not offered to be put right", () => {
  const onTheWay = difference("TRANSFERRED", "line", "in transit");
  const sent = difference("TRANSFERRED", "line", "sent");
  expect(isKept({ key: "line", differences: [onTheWay] })).toBe(false);
  expect(isKept({ key: "line", differences: [onTheWay, sent] })).toBe(true);
  expect([isRepairable("TRANSFERRED"), isRepairable("LOG"), isRepairable("CHAIN")]).toEqual([true, false, false]);
});
