import { expect, test } from "vitest";
import { matching } from "../src/features/matching";

test.each([
  ["", true],
  ["晨光", true],
  ["po-2026 晨光", true],
  ["ＰＯ－２０２６", true],
  ["晨光 0099", false],
])("%j in an order of 上海晨光", (search, found) =>
  expect(matching(search, ["PO-20261122-0014", "上海晨光"])).toBe(found),
);
