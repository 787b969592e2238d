import { OUTCOME } from "../../../data/command";
import { graphql, type ResultOf } from "../../../data/graphql";

export const UNITS = graphql(`
  query Units {
    units {
      id
      name
      decimals
      version
    }
  }
`);

export type Unit = NonNullable<ResultOf<typeof UNITS>["units"]>[number];

export const SAVE_UNITS = graphql(
  `
    mutation SaveUnits($id: UUID!, $input: SaveUnitsInput!) {
      outcome: saveUnits(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

/** Of what is weighed, measured or poured: in Chinese and English, as lists abbreviate it. */
const DIVISIBLE = /^(k?g|mg|t|m?l|[cmk]?m[²³23]?|kilos?|kilograms?|grams?|tons?|lit(er|re)s?|met(er|re)s?|lbs?|oz)$/i;
const DIVISIBLE_ZH = /^(公?斤|[千毫]?克|两|吨|[毫公]?升|[厘公毫千]?米|平方米?|立方米?|平米)$/;

export const guessedDecimals = (unit: string) => (DIVISIBLE.test(unit) || DIVISIBLE_ZH.test(unit) ? 3 : 0);
