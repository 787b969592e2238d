import { asObject, type Row } from "./import";

/** Of what is weighed, measured or poured: in Chinese and English, as lists abbreviate it. */
const DIVISIBLE = /^(k?g|mg|t|m?l|[cmk]?m[²³23]?|kilos?|kilograms?|grams?|tons?|lit(er|re)s?|met(er|re)s?|lbs?|oz)$/i;
const DIVISIBLE_ZH = /^(公?斤|[千毫]?克|两|吨|[毫公]?升|[厘公毫千]?米|平方米?|立方米?|平米)$/;

export const guessedDecimals = (unit: string) => (DIVISIBLE.test(unit) || DIVISIBLE_ZH.test(unit) ? 3 : 0);

/** Each unit that these refused rows name and nobody knows, once. Those of a price are units that its product lacks. */
export const unitsIn = (rows: readonly Pick<Row, "field" | "details">[]): string[] => {
  const named = rows
    .filter(({ field }) => /(^|[._])unit$/.test(field ?? ""))
    .map(({ details }) => asObject(details)["unit"]);
  return [...new Set(named.filter((name): name is string => typeof name === "string"))];
};
