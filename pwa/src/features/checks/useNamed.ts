import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import { useQuery } from "../../data/useQuery";
import type { Difference } from "./check";
import { GOODS, NAMES, namesOf, subjectOf, wantedOf } from "./named";

export type Named = {
  name: string;
  place?: string | undefined;
  unit?: string | undefined;
  href?: string | undefined;
};
type Line = { id: string; position: number; productId: string };

/** What the row of a difference is called: goods and their place, or a document and its line. */
export function useNamed(differences: readonly Difference[]) {
  const { t } = useLingui();
  const wanted = useMemo(() => wantedOf(differences), [differences]);
  const { data, error: unnamed } = useQuery(NAMES, namesOf(wanted));
  const lines = new Map<string, Line & { number: string; href: string }>();
  const put = (some: readonly Line[] | null, number: string, href: string) => {
    for (const one of some ?? []) lines.set(one.id, { ...one, number, href });
  };
  for (const { order, ...one } of data?.salesLines?.nodes ?? [])
    if (order) put([one], order.number, `/sales-orders/${order.id}`);
  for (const order of data?.lineOrders?.nodes ?? []) put(order.lines, order.number, `/purchase-orders/${order.id}`);
  for (const transfer of data?.lineTransfers?.nodes ?? [])
    put(transfer.lines, transfer.number, `/transfers/${transfer.id}`);
  const asked = [...wanted.salesLines, ...wanted.purchaseLines, ...wanted.transferLines];
  const moved = asked.flatMap((id) => lines.get(id)?.productId ?? []);
  const { data: goods, error: noGoods } = useQuery(GOODS, { ids: [...new Set([...wanted.products, ...moved])] });
  const named = new Map<string, Named>();
  for (const { id, name, unit } of goods?.products?.nodes ?? [])
    named.set(id, { name, unit: unit?.name, href: `/products/${id}` });
  for (const { id, number, position, productId, href } of lines.values()) {
    const product = named.get(productId);
    named.set(id, {
      name: product?.name ?? t`Goods`,
      place: t`${number}, line ${position}`,
      unit: product?.unit,
      href,
    });
  }
  for (const { id, number } of data?.salesOrders?.nodes ?? [])
    named.set(id, { name: number, href: `/sales-orders/${id}` });
  for (const { id, number } of data?.purchaseOrders?.nodes ?? [])
    named.set(id, { name: number, href: `/purchase-orders/${id}` });
  for (const { id, number } of data?.stockTransfers?.nodes ?? [])
    named.set(id, { name: number, href: `/transfers/${id}` });
  for (const { id, number } of data?.stockDocuments?.nodes ?? []) named.set(id, { name: number });
  return {
    documentOf: (id: string | null) => (id === null ? undefined : named.get(id)?.name),
    of: (one: Pick<Difference, "check" | "key">): Named => {
      const subject = subjectOf(one);
      if (!subject) return { name: t`Log entry ${one.key.split(" ")[0] ?? ""}` };
      const { id, location, warehouse } = subject;
      const at = data?.locations?.find((place) => place.id === location || place.warehouseId === warehouse);
      const known = named.get(id);
      if (!known && (unnamed ?? noGoods)) return { name: t`A record` };
      if (!known) return { name: data && goods ? t`A record that your role does not show` : "…" };
      const elsewhere = location !== undefined && data ? t`In transit` : undefined; // no other place of ours is hidden
      return { ...known, place: known.place ?? at?.warehouse?.name ?? elsewhere };
    },
  };
}
