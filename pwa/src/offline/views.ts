/** What screens read: rows of this device with the calls that are still on their way counted in. */
import type { Partner, Place, Product, PurchaseOrder, SalesOrder, StockAt, Transfer } from "./shapes";
import type { Id, PendingCall } from "./types";

export type { Partner, Place, Product, ProductUnit, PurchaseOrder, SalesOrder, StockAt, Transfer } from "./shapes";

/** By sku, barcode and its last digits, name and pinyin; an empty text finds the first products. */
export function useProductSearch(_text: string, _limit = 30): { products: Product[]; ready: boolean } {
  return { products: [], ready: false };
}

/** By exact barcode or sku; one code on several products gives them all. */
export async function productsByCode(_code: string): Promise<Product[]> {
  return [];
}

export function useProducts(_ids: readonly Id[]): Map<Id, Product> {
  return new Map();
}

export function usePlaces(): { places: Place[]; first: Id | undefined; keep(id: Id): void } {
  return { places: [], first: undefined, keep: () => undefined };
}

export function usePartners(_text: string, _kind: "supplier" | "customer"): Partner[] {
  return [];
}

export function useStock(_ids: readonly Id[]): Map<Id, StockAt[]> {
  return new Map();
}

/** `undefined`: the device's rows are still being opened. Of one document, `null`: it is not on this device. */
export const usePurchaseOrders = (): PurchaseOrder[] | undefined => undefined;
export const usePurchaseOrder = (_id: Id): PurchaseOrder | undefined | null => undefined;
export const useSalesOrders = (): SalesOrder[] | undefined => undefined;
export const useSalesOrder = (_id: Id): SalesOrder | undefined | null => undefined;
export const useTransfers = (): Transfer[] | undefined => undefined;
export const useTransfer = (_id: Id): Transfer | undefined | null => undefined;

/** `unsent`: not yet answered. `attention`: a person has to decide. */
export function useQueue(): { calls: PendingCall[]; unsent: number; attention: number } {
  return { calls: [], unsent: 0, attention: 0 };
}
