import { expect, test } from "vitest";
import { uuid7 } from "../src/data/uuid";

test("ids are version 7, of the moment, and ascend even while the clock stands or steps back", () => {
  const now = 1_790_000_000_000;
  const ids = [uuid7(now), ...Array.from({ length: 5000 }, () => uuid7(now)), uuid7(now - 1000), uuid7(now + 10)];
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(ids[0]?.replace("-", "").slice(0, 12) ?? "", 16)).toBe(now);
});
