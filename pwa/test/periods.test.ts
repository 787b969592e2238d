import { describe, expect, test } from "vitest";
import { after, daysBetween, lastOver, monthEnd } from "../src/features/inventory/periods/days";
import { stepsOf } from "../src/features/inventory/periods/period";

describe("days", () => {
  test.each([
    ["2026-11-24T15:59:00Z", "2026-11-23"], // 23:59 in Shanghai: the 24th goes on
    ["2026-11-24T16:30:00Z", "2026-11-23"], // half past midnight: it is over, but not for an hour
    ["2026-11-24T17:00:00Z", "2026-11-24"],
  ])("at %s the last day that may be closed is %s", (now, day) => {
    expect(lastOver("Asia/Shanghai", Date.parse(now))).toBe(day);
  });

  test.each([
    ["2026-11-24", "2026-10-31"],
    ["2026-10-31", "2026-10-31"],
    ["2026-10-30", "2026-09-30"],
    ["2024-02-29", "2024-02-29"],
    ["2027-01-05", "2026-12-31"],
  ])("on %s the last month that is over ended on %s", (day, end) => {
    expect(monthEnd(day)).toBe(end);
  });

  test("are counted with the first and the last", () => {
    expect(after("2026-12-31")).toBe("2027-01-01");
    expect(after("2026-03-01", -1)).toBe("2026-02-28");
    expect(daysBetween("2026-10-01", "2026-10-31")).toBe(31);
    expect(daysBetween("2026-10-31", "2026-10-31")).toBe(1);
  });
});

test("what the log tells of the books: what was done, and whether days were opened by it", () => {
  const entry = (id: string, closedTo: string | null | undefined, status: "ACCEPTED" | "REFUSED" = "ACCEPTED") => ({
    id,
    actorId: "owner",
    recordedAt: "2026-11-24T08:00:00Z",
    status,
    body: closedTo === undefined ? null : JSON.stringify({ closed_to: closedTo }),
  });
  const steps = stepsOf([
    entry("all", null),
    entry("refused", "2026-11-30", "REFUSED"),
    entry("less", "2026-09-30"),
    entry("erased", undefined),
    entry("more", "2026-10-31"),
    entry("first", "2026-09-30"),
  ]);
  expect(steps.map(({ id, closedTo, opened }) => [id, closedTo, opened])).toEqual([
    ["all", null, true],
    ["less", "2026-09-30", true],
    ["more", "2026-10-31", false],
    ["first", "2026-09-30", false],
  ]);
});
