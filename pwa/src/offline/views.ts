/** What screens read: rows of this device with the calls that are still on their way counted in. */
import { useCallback, useMemo } from "react";
import { Store, useStore } from "../data/store";
import { attempt } from "./attempt";
import { catalogueOf } from "./catalogue";
import type { Database } from "./db";
import { opened } from "./device";
import { documentsOf, queueOf, useDocument, useOverlaid } from "./overlay";
import { type Preview, settled, stockAt } from "./preview";
import { firstProducts, productsFrom } from "./products";
import { type PastCall, readPast, STUCK, UNSENT } from "./queue";
import { allRows, stockOf, useDatabase, useRows } from "./rows";
import { fold, type ProductOrder } from "./search";
import type { Partner, Place, Product, PurchaseOrder, SalesOrder, StockAt, Transfer } from "./shapes";
import type { CallState, Id, PendingCall } from "./types";

export type { Partner, Place, Product, ProductUnit, PurchaseOrder, SalesOrder, StockAt, Transfer } from "./shapes";

// --- products ---

const PRODUCT_PARTS = ["product", "unit", "product_price", "product_cost"] as const;

const NOTHING_YET = new Store({ ready: false, revision: 0 });
const NONE: Product[] = [];

/** By sku, barcode and its last digits, name and pinyin; an empty text finds the first products, of `order` if given. */
export function useProductSearch(
  text: string,
  limit = 30,
  order?: ProductOrder,
): { products: Product[]; ready: boolean } {
  const db = useDatabase();
  const { ready, revision } = useStore(db ? catalogueOf(db).state : NOTHING_YET);
  const products = useRows(
    PRODUCT_PARTS,
    useCallback(
      // A search worker that failed starts anew, and then there is another revision.
      async (open: Database) => {
        if (text.trim() === "" && order === undefined) return firstProducts(open, limit).catch(() => NONE);
        if (revision === 0) return NONE;
        return catalogueOf(open)
          .search(text, limit, order)
          .then(
            (rows) => productsFrom(open, rows),
            () => NONE,
          );
      },
      [text, limit, order, revision],
    ),
  );
  // An unfiltered list begins before all is in memory.
  return { products: products ?? NONE, ready: ready || (text.trim() === "" && (products ?? NONE).length > 0) };
}

/** By exact barcode or sku; one code on several products gives them all. */
export async function productsByCode(code: string): Promise<Product[]> {
  const db = await opened();
  return productsFrom(db, await catalogueOf(db).withCode(code));
}

const NO_PRODUCTS: Map<Id, Product> = new Map();

export function useProducts(ids: readonly Id[]): Map<Id, Product> {
  const key = ids.join();
  const products = useRows(
    PRODUCT_PARTS,
    useCallback(
      async (db: Database) => {
        const rows = await catalogueOf(db).rows(key === "" ? [] : key.split(","));
        return new Map((await productsFrom(db, rows)).map((product) => [product.id, product]));
      },
      [key],
    ),
  );
  return products ?? NO_PRODUCTS;
}

// --- places and partners ---

// Units and rights: the first download may bring no place at all.
const PLACE_PARTS = ["location", "warehouse", "unit", "profile"] as const;
const PLACE = "huotong.place"; // where this device is at work

/** One for all screens: the warehouse that is switched in the header is another one everywhere. */
const keptPlace = new Store(globalThis.localStorage?.getItem(PLACE) ?? null);

const keepPlace = (id: Id) => {
  localStorage.setItem(PLACE, id);
  keptPlace.set(id);
};

/**
 * Storage places of active warehouses. `first`: where this device was at work last. `ready`: if there are none now, there
 * are none that this person may see.
 */
export function usePlaces(): { places: Place[]; first: Id | undefined; ready: boolean; keep(id: Id): void } {
  const { places, ready } = useRows(PLACE_PARTS, readPlaces) ?? NOT_READ;
  const kept = useStore(keptPlace);
  const first = places.find((place) => place.id === kept)?.id ?? places[0]?.id;
  return { places, first, ready, keep: keepPlace };
}

type Places = { places: Place[]; ready: boolean };

const NOT_READ: Places = { places: [], ready: false };

async function readPlaces(db: Database): Promise<Places> {
  const [locations, warehouses, cursor] = await Promise.all([
    allRows(db, "location"),
    allRows(db, "warehouse"),
    attempt(db, () => db.fact("cursor")), // there is one once the first download is through
  ]);
  const found = warehouses
    .filter((warehouse) => warehouse.active)
    .toSorted((left, right) => left.code.localeCompare(right.code, undefined, { numeric: true }))
    .map((warehouse) => ({ warehouse, own: locations.filter(({ warehouseId }) => warehouseId === warehouse.id) }));
  const places = found.flatMap(({ warehouse, own }) =>
    own.map((location) => ({
      id: location.id,
      warehouseId: warehouse.id,
      label: own.length > 1 ? `${warehouse.name} ${location.name}` : warehouse.name,
      negative: warehouse.negative,
    })),
  );
  return { places, ready: cursor !== undefined };
}

const PARTNER_PARTS = ["partner"] as const;
const PARTNERS_AT_ONCE = 50;
const NO_PARTNERS: Partner[] = [];

export function usePartners(text: string, kind: "supplier" | "customer"): Partner[] {
  const partners = useRows(
    PARTNER_PARTS,
    useCallback(
      async (db: Database) => {
        const term = fold(text.trim());
        return (await allRows(db, "partner"))
          .filter((partner) => partner.active && (kind === "supplier" ? partner.isSupplier : partner.isCustomer))
          .filter(({ code, name }) => fold(code).includes(term) || fold(name).includes(term))
          .toSorted((left, right) => left.name.localeCompare(right.name))
          .slice(0, PARTNERS_AT_ONCE);
      },
      [text, kind],
    ),
  );
  return partners ?? NO_PARTNERS;
}

// --- stock and documents ---

const NO_STOCK: Map<Id, StockAt[]> = new Map();

export function useStock(ids: readonly Id[]): Map<Id, StockAt[]> {
  const key = ids.join();
  const stock = useOverlaid(
    useCallback(
      async (db: Database, overlay: Preview) => {
        const rows = await stockOf(db, key.split(","));
        return new Map(key.split(",").map((id) => [id, overlay.stock.get(id) ?? (rows.get(id) ?? []).map(stockAt)]));
      },
      [key],
    ),
  );
  return stock ?? NO_STOCK;
}

type Dated = { id: Id; number: string; documentOn: string };

/** What has no number yet was made just now. */
const latestFirst = <Document extends Dated>(documents: Document[]) =>
  documents.toSorted(
    (left, right) =>
      Number(left.number !== "") - Number(right.number !== "") ||
      right.documentOn.localeCompare(left.documentOn) ||
      right.number.localeCompare(left.number, undefined, { numeric: true }),
  );

const purchaseOrdersIn = (overlay: Preview) => overlay.purchaseOrders;
const salesOrdersIn = (overlay: Preview) => overlay.salesOrders;
const transfersIn = (overlay: Preview) => overlay.transfers;

const purchaseOrders = async (db: Database): Promise<PurchaseOrder[]> =>
  latestFirst(await documentsOf(db, "purchase_order", purchaseOrdersIn, settled));
const salesOrders = async (db: Database): Promise<SalesOrder[]> =>
  latestFirst(await documentsOf(db, "sales_order", salesOrdersIn, settled));
const transfers = async (db: Database): Promise<Transfer[]> =>
  latestFirst(await documentsOf(db, "transfer", transfersIn, settled));

/** `undefined`: the device's rows are still being opened. Of one document, `null`: it is not on this device. */
export const usePurchaseOrders = (): PurchaseOrder[] | undefined => useOverlaid(purchaseOrders);
export const useSalesOrders = (): SalesOrder[] | undefined => useOverlaid(salesOrders);
export const useTransfers = (): Transfer[] | undefined => useOverlaid(transfers);

export const usePurchaseOrder = (id: Id): PurchaseOrder | undefined | null =>
  useDocument(id, "purchase_order", purchaseOrdersIn, settled);
export const useSalesOrder = (id: Id): SalesOrder | undefined | null =>
  useDocument(id, "sales_order", salesOrdersIn, settled);
export const useTransfer = (id: Id): Transfer | undefined | null => useDocument(id, "transfer", transfersIn, settled);

// --- the queue ---

const QUEUE_PARTS = ["call"] as const;
const NO_CALLS: PendingCall[] = [];

/** `unsent`: not yet answered. `attention`: a person has to decide. What is done has left already. */
export function useQueue(): { calls: PendingCall[]; unsent: number; attention: number } {
  const calls = useRows(QUEUE_PARTS, queueOf) ?? NO_CALLS;
  return useMemo(
    () => ({
      calls,
      unsent: calls.filter((call) => UNSENT.includes(call.state)).length,
      attention: calls.filter((call) => STUCK.includes(call.state)).length,
    }),
    [calls],
  );
}

const NONE_OPEN = { unsent: 0, attention: 0 };

/** The same numbers, for what shows nothing else. */
export function useQueueCounts(): { unsent: number; attention: number } {
  return useRows(QUEUE_PARTS, countQueue) ?? NONE_OPEN;
}

async function countQueue(db: Database) {
  const count = (states: readonly CallState[]) =>
    db.call
      .where("state")
      .anyOf([...states])
      .count();
  return { unsent: await count(UNSENT), attention: await count(STUCK) };
}

/** Calls that have left the queue, the latest first: done, taken out and why, or replaced. */
export const usePast = (): PastCall[] | undefined => useRows(QUEUE_PARTS, readPast);
