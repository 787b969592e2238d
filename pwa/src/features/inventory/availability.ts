import { request } from "../../data/client";
import type { Decimal } from "../../data/decimal";
import { graphql } from "../../data/graphql";

const LEVELS = graphql(`
  query Availability($location: ID!, $products: [ID!]!) {
    stockLevels(first: 100, filter: { locationId: { eq: $location }, productId: { in: $products } }) {
      nodes {
        productId
        available
      }
    }
  }
`);

const AT_ONCE = 100; // the longest page there is

/** What nobody was promised yet at a place, by product. A product that was never there is left out. */
export async function availability(
  location: string,
  products: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Decimal>> {
  const ids = [...new Set(products)];
  const chunks = Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, n) =>
    ids.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
  );
  const answers = await Promise.all(chunks.map((some) => request(LEVELS, { location, products: some }, signal)));
  return new Map(
    answers.flatMap(({ data }) =>
      (data.stockLevels?.nodes ?? []).map(({ productId, available }) => [productId, available] as const),
    ),
  );
}
