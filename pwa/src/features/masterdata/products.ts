import { useEffect, useState } from "react";
import { request } from "../../data/client";
import type { Decimal } from "../../data/decimal";
import { graphql, type ResultOf } from "../../data/graphql";
import { type Product, type ProductUnit, type StockAt, useProductSearch } from "../../offline/views";

export const fullName = (product: { name: string; spec: string }) =>
  product.spec === "" ? product.name : `${product.name} ${product.spec}`;

/** The unit that a code stands for: a case has a code of its own. */
export function unitOfCode(product: Product, code: string): ProductUnit | undefined {
  const barcode = product.barcodes.find((candidate) => candidate.code === code);
  return barcode && product.units.find(({ id }) => id === (barcode.unitId ?? product.stockUnit.id));
}

/** What can be taken from a place; null where stock is not this person's to see, not read yet, or not counted. */
export function availableAt(
  product: Product,
  stock: ReadonlyMap<string, readonly StockAt[]> | null,
  place: string,
): Decimal | null {
  const levels = stock?.get(product.id);
  if (product.kind === "SERVICE" || levels === undefined || place === "") return null;
  return levels.find(({ locationId }) => locationId === place)?.available ?? "0";
}

// --- GraphQL's products ---

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

/** The stock unit first, then the units it is packed in. */
export function unitsOf(product: ResultOf<typeof PRODUCT_UNITS>): ProductUnit[] {
  const stock = product.unit ? [{ ...product.unit, numerator: "1", denominator: "1" }] : [];
  const packs = (product.units ?? []).flatMap(({ unit, numerator, denominator }) =>
    unit && unit.id !== product.unit?.id ? [{ ...unit, numerator, denominator }] : [],
  );
  return [...stock, ...packs];
}

const FIND = graphql(
  `
    query FindProducts($search: String!, $price: Boolean!) {
      products(first: 8, filter: { search: $search, active: { eq: true } }, orderBy: [NAME_ASC]) {
        nodes {
          id
          sku
          name
          spec
          kind
          active
          price @include(if: $price)
          ...ProductUnits
        }
      }
    }
  `,
  [PRODUCT_UNITS],
);

type ServerProduct = ResultOf<typeof PRODUCT_UNITS> &
  Pick<Product, "id" | "sku" | "name" | "spec" | "kind" | "active"> & {
    price?: Decimal | null;
    referenceCost?: Decimal | null;
  };

/** As this device would keep it; without a stock unit, which this person may not see, there is nothing to show. */
export function fromServer(node: ServerProduct): Product | undefined {
  const units = unitsOf(node);
  const [stockUnit] = units;
  const barcodes = (node.barcodes ?? []).map(({ code, unit }) => ({ code, unitId: unit?.id ?? null }));
  return stockUnit && { ...node, stockUnit, units, barcodes, price: node.price, referenceCost: node.referenceCost };
}

async function findOnline(search: string, price: boolean, signal?: AbortSignal): Promise<Product[]> {
  const { data } = await request(FIND, { search, price }, signal);
  return (data.products?.nodes ?? []).map(fromServer).filter((product) => product !== undefined);
}

const PAUSE_MS = 200;

/**
 * Products of this device; of the server only while the first load is not through, when the device knows none yet.
 * `products` is undefined while they are on their way.
 */
export function useFindProducts(words: string, price: boolean): { products: Product[] | undefined; failed: boolean } {
  const { products, ready } = useProductSearch(words, 8);
  const [found, setFound] = useState<{ words: string; products: Product[]; failed: boolean }>();
  useEffect(() => {
    if (ready) return undefined;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      findOnline(words.trim(), price, leaving.signal).then(
        (some) => setFound({ words, products: some, failed: false }),
        () => leaving.signal.aborted || setFound({ words, products: [], failed: true }),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [ready, words, price]);
  if (ready) return { products, failed: false };
  return found?.words === words ? found : { products: undefined, failed: false };
}

/** As `productsByCode`, from the server: it knows goods that this device has not heard of yet. */
export async function productsByCodeOnline(code: string, signal: AbortSignal): Promise<Product[]> {
  const found = await findOnline(code, false, signal);
  return found.filter((product) => product.sku === code || unitOfCode(product, code) !== undefined);
}
