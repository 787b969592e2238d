import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { add, type Decimal, read } from "../../../data/decimal";
import { useMe } from "../../../data/me";
import type { Id } from "../../../offline/types";
import { type Product, type ProductUnit, useProducts, useStock } from "../../../offline/views";
import { useScan } from "../../../scan/useScan";
import { type CountLine, type CountSheet, entryOf, nextOf, withCount, withSkip } from "./sheet";
import { changeSheet } from "./sheets";

type Counted = Pick<CountLine, "parts" | "counted">;
type Typed = Readonly<Record<Id, string>>;

/** Where a person is on a sheet, and what each thing that he can do there does to it. */
export function useCounting(id: Id, sheet: CountSheet) {
  const { can } = useMe();
  const current = sheet.at?.productId ?? nextOf(sheet, null);
  const ids = current === null ? [] : [current];
  const product = useProducts(ids).get(current ?? "");
  const level = useStock(ids)
    .get(current ?? "")
    ?.find(({ locationId }) => locationId === sheet.placeId);
  const book = can("stock.read") ? (level?.onHand ?? "0") : null;
  // The draft follows what is typed; a field that followed the draft would lose the keys of a fast hand.
  const [own, setOwn] = useState<{ productId: Id; typed: Typed } | null>(sheet.at);
  const [unit, setUnit] = useState<{ productId: Id; unit: Id }>();
  const [asked, setAsked] = useState<{ counted: Counted; next: Id | null } | null>(null);

  const typed = own?.productId === current ? own.typed : {};
  const earlier = current === null ? undefined : sheet.lines[current];

  const goTo = (productId: Id, next: Typed = {}) => {
    setOwn({ productId, typed: next });
    void changeSheet(id, (before) => ({ ...before, at: { productId, typed: next } }));
  };
  const leave = (change: (before: CountSheet) => CountSheet, next: Id | null) => {
    setAsked(null);
    setOwn(null);
    void changeSheet(id, (before) => {
      const after = change(before);
      const to = next ?? nextOf(after, current);
      return to === null ? after : { ...after, at: { productId: to, typed: {} } };
    });
  };
  const count = (counted: Counted, way: "replace" | "add", next: Id | null) => {
    if (current === null) return;
    const line = { productId: current, ...counted, countedAt: new Date().toISOString(), book };
    leave((before) => withCount(before, line, way), next);
  };
  /** Somebody counted it before: whether this comes on top or stands instead is asked. */
  const submit = (counted: Counted, next: Id | null = null) =>
    earlier ? setAsked({ counted, next }) : count(counted, "replace", next);

  /** What is typed for the product before counts: going to the next one says that this one is done. */
  const jump = (to: Product, scanned?: { unit: ProductUnit; quantity: Decimal }) => {
    setUnit({ productId: to.id, unit: (scanned?.unit ?? to.stockUnit).id });
    if (to.id === current) {
      const key = scanned?.unit.id ?? to.stockUnit.id;
      const more = add(read(typed[key] ?? "") ?? "0", scanned?.quantity ?? "0");
      return scanned && goTo(to.id, { ...typed, [key]: more });
    }
    const entry = product && entryOf(typed, product.units);
    return entry && "counted" in entry ? submit(entry, to.id) : goTo(to.id);
  };
  const scan = useScan({
    onCode: (hit) => {
      if (hit.product.kind === "SERVICE")
        return <Trans>{hit.product.name} is a service: there is no stock of it.</Trans>;
      jump(hit.product, hit);
      return null;
    },
    enabled: asked === null,
  });

  return {
    current,
    product,
    book,
    bookPending: level?.pending ?? false,
    typed,
    earlier,
    skipped: current !== null && sheet.skipped.includes(current),
    unitId: (unit?.productId === current ? unit?.unit : undefined) ?? product?.stockUnit.id,
    setUnit: (chosen: Id) => current !== null && setUnit({ productId: current, unit: chosen }),
    type: (next: Typed) => current !== null && goTo(current, next),
    submit,
    skip: () => current !== null && leave((before) => withSkip(before, current), null),
    goTo: (productId: Id) => goTo(productId),
    jump,
    asked,
    answer: (way: "replace" | "add") => asked && count(asked.counted, way, asked.next),
    unask: () => setAsked(null),
    scan,
  };
}
