import { request } from "../../data/client";
import { type Decimal, type Factor } from "../../data/decimal";
import { graphql, type ResultOf } from "../../data/graphql";

export const PRODUCT_UNITS = graphql(`
  fragment ProductUnits on Product {
    unit {
      id
      name
      decimals
    }
    units {
      numerator
      denominator
      unit {
        id
        name
        decimals
      }
    }
    barcodes {
      code
      kind
      unit {
        id
      }
    }
  }
`);

export type WithUnits = ResultOf<typeof PRODUCT_UNITS>;
export type ProductUnit = { id: string; name: string; decimals: number; factor: Factor };

const ONE: Factor = { numerator: "1", denominator: "1" };

/** The stock unit first, then the units it is packed in. */
export function unitsOf(product: WithUnits): ProductUnit[] {
  const stock = product.unit ? [{ ...product.unit, factor: ONE }] : [];
  const packs = (product.units ?? []).flatMap(({ unit, numerator, denominator }) =>
    unit && unit.id !== product.unit?.id ? [{ ...unit, factor: { numerator, denominator } }] : [],
  );
  return [...stock, ...packs];
}

/** The unit that a code stands for: a case has a code of its own. */
export function unitOfCode(product: WithUnits, code: string): ProductUnit | undefined {
  const barcode = product.barcodes?.find((candidate) => candidate.code === code);
  return barcode && unitsOf(product).find((unit) => unit.id === (barcode.unit?.id ?? product.unit?.id));
}

const FIND = graphql(
  `
    query FindProducts($search: String!) {
      products(first: 8, filter: { search: $search, active: { eq: true } }, orderBy: [NAME_ASC]) {
        nodes {
          id
          sku
          name
          spec
          kind
          price
          available
          stockLevels {
            available
            locationId
          }
          ...ProductUnits
        }
      }
    }
  `,
  [PRODUCT_UNITS],
);

export type FoundProduct = WithUnits & {
  id: string;
  sku: string;
  name: string;
  spec: string;
  kind: string;
  price: Decimal | null;
  available: Decimal | null;
  stockLevels: readonly { available: Decimal; locationId: string }[] | null;
};

export async function findProducts(search: string, signal?: AbortSignal): Promise<FoundProduct[]> {
  const { data } = await request(FIND, { search }, signal);
  return [...(data.products?.nodes ?? [])];
}

/** Products that carry exactly this code; one code may stand for several (一码多品), then a person chooses. */
export async function productsByCode(code: string): Promise<FoundProduct[]> {
  const found = await findProducts(code);
  const exact = found.filter((product) => product.sku === code || unitOfCode(product, code) !== undefined);
  return exact.length > 0 ? exact : found.length === 1 ? found : [];
}

/** What can be taken from a place; null where stock is not this person's to see, or there is none to count. */
export function availableAt(product: FoundProduct, place: string): Decimal | null {
  if (product.kind === "SERVICE" || product.stockLevels === null) return null;
  return product.stockLevels.find(({ locationId }) => locationId === place)?.available ?? "0";
}

export const fullName = (product: { name: string; spec: string }) =>
  product.spec === "" ? product.name : `${product.name} ${product.spec}`;
