/** From a code to products of this device. */
import type { Decimal } from "../data/decimal";
import { multiply } from "../data/decimal";
import type { Id } from "../offline/types";
import { type Product, productsByCode, type ProductUnit } from "../offline/views";
import { meaningOf, type Scan } from "./codes";
import { scanSettings } from "./settings";

export type Found = {
  scan: Scan;
  /** The code under which the catalogue has it; undefined: nobody has. */
  code: string | undefined;
  /** Several where one code stands for several (一码多品): a person chooses. The last choice comes first. */
  products: Product[];
};

/** Null: no code, or one that was misread and should be read again. */
export function read(text: string): Scan | null {
  return meaningOf(text, { scale: scanSettings.value.scale });
}

export async function find(scan: Scan, look: (code: string) => Promise<Product[]> = productsByCode): Promise<Found> {
  for (const code of scan.lookups) {
    const products = await look(code);
    if (products.length === 0) continue;
    return { scan: asFound(scan, code), code, products: recentFirst(code, products) };
  }
  return { scan, code: undefined, products: [] };
}

/** Weight and amount of a scale's label are meant only where its goods were found, and not a code of its own. */
function asFound(scan: Scan, code: string): Scan {
  if (scan.weighed.length === 0 || scan.weighed.includes(code)) return scan;
  const { weight: _weight, amount: _amount, ...rest } = scan;
  return rest;
}

/** How much one scan stands for. `sure: false`: the code does not say, and a person should. */
export type Amount = { unit: ProductUnit; quantity: Decimal; sure: boolean };

export function amountOf({ scan, code }: Found, product: Product): Amount {
  const barcode = product.barcodes.find((candidate) => candidate.code === code);
  const unit = product.units.find(({ id }) => id === barcode?.unitId) ?? product.stockUnit;
  if (code !== undefined && scan.inside.includes(code)) return { unit, quantity: "1", sure: false };
  if (scan.weight !== undefined) {
    const inKilograms = product.units.find(({ name }) => PER_KILOGRAM[name.toLowerCase()] !== undefined);
    if (!inKilograms) return { unit, quantity: "1", sure: false };
    const per = PER_KILOGRAM[inKilograms.name.toLowerCase()] ?? "1";
    return { unit: inKilograms, quantity: multiply(scan.weight, per), sure: true };
  }
  return { unit, quantity: scan.quantity ?? "1", sure: true };
}

/** Units of weight by their usual names. */
const PER_KILOGRAM: Record<string, Decimal> = {
  kg: "1",
  公斤: "1",
  千克: "1",
  斤: "2",
  市斤: "2",
  g: "1000",
  克: "1000",
};

// --- the last choice among several ---

const KEPT = "huotong.scan.chosen";
const MOST = 200;

function chosen(): [string, Id][] {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "[]") as [string, Id][];
  } catch {
    return [];
  }
}

function recentFirst(code: string, products: Product[]): Product[] {
  if (products.length < 2) return products;
  const last = chosen().find(([known]) => known === code)?.[1];
  return products.toSorted((one, other) => Number(other.id === last) - Number(one.id === last));
}

export function choose(code: string, product: Product) {
  const others = chosen().filter(([known]) => known !== code);
  localStorage.setItem(KEPT, JSON.stringify([[code, product.id], ...others].slice(0, MOST)));
}
