import { expect, test } from "vitest";
import { derivedId } from "../src/offline/ids";

const PARENT = "0195f3a0-1c2d-7abc-8def-0123456789ab";

// Made by domain.ids.derived_id; the long ones end on and just past a block of BLAKE2b.
test.each([
  [PARENT, [1], "0195f3a0-1c2d-8a62-b50f-2d4144115447"],
  [PARENT, [2], "0195f3a0-1c2d-88b5-a9a0-c56959232c6a"],
  ["ffffffff-ffff-7fff-bfff-ffffffffffff", ["line", 12], "ffffffff-ffff-83d3-be71-c31e59bb6595"],
  ["00000000-0000-7000-8000-000000000000", [], "00000000-0000-8fda-8825-b10737787900"],
  [PARENT, ["备注".repeat(40)], "0195f3a0-1c2d-86a7-a31d-b8b6911be90e"],
  [PARENT, ["x".repeat(112)], "0195f3a0-1c2d-8a2c-9280-0b012ac8bece"],
  [PARENT, ["x".repeat(113)], "0195f3a0-1c2d-8301-85c2-542cb0adabd2"],
])("the id of a part of %s is the server's (%#)", (parent, what, id) => {
  expect(derivedId(parent, ...what)).toBe(id);
});
