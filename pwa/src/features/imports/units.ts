import { asObject, type Row } from "./import";

/** Each unit that these refused rows name and nobody knows, once. Those of a price are units that its product lacks. */
export const unitsIn = (rows: readonly Pick<Row, "field" | "details">[]): string[] => {
  const named = rows
    .filter(({ field }) => /(^|[._])unit$/.test(field ?? ""))
    .map(({ details }) => asObject(details)["unit"]);
  return [...new Set(named.filter((name): name is string => typeof name === "string"))];
};
