import { useState } from "react";
import type { Decimal } from "../data/decimal";
import { useMe } from "../data/me";
import type { OfflineState } from "../offline/commands";
import type { Id } from "../offline/types";
import { type Product, type ProductUnit, usePlaces, useProducts, useStock } from "../offline/views";
import { useFieldProblems } from "../ui/Refusal";
import { check, type EntryLine, type KeptLine, type Pricing, resolved, total, withProduct } from "./entry";
import { useKeptForm } from "./inventory/useKeptForm";
import { availableAt } from "./masterdata/products";

type Content = {
  partner: { id: Id; label: string } | null;
  place: Id | null;
  lines: readonly KeptLine[];
  note: string;
};

const EMPTY: Content = { partner: null, place: null, lines: [], note: "" };

type DraftRules = {
  /** Under which a reload finds it again. */
  name: string;
  pricing: Pricing;
  /** What a unit of a product costs until somebody types a price. */
  priceIn: (product: Product, unit: ProductUnit) => string;
  /** Goods leave: it matters what is there. */
  takes: boolean;
  needsPartner: boolean;
  /** Of the command that the document was sent as. */
  state: OfflineState;
  /** The person begins or changes something: what became of the last document goes off the screen. */
  onTouch: () => void;
};

/** A document that is being written: partner, place, lines and note, and whether it can be sent. */
export function useDraft({ name, pricing, priceIn, takes, needsPartner, state, onTouch }: DraftRules) {
  const { can } = useMe();
  const { places, first, ready: placesReady, keep } = usePlaces();
  const form = useKeptForm<Content>(name, EMPTY);
  const [tried, setTried] = useState(false);
  // Found on the server before the first load was through, they are not among the device's rows yet.
  const [added, setAdded] = useState<ReadonlyMap<Id, Product>>(new Map());
  const { partner, note, ...content } = form.body ?? EMPTY;
  const place = content.place ?? first ?? "";

  const ids = content.lines.map(({ productId }) => productId);
  const known = useProducts(ids);
  const stock = useStock(ids);
  const lines = resolved(content.lines, (id) => known.get(id) ?? added.get(id));
  const available = (line: EntryLine): Decimal | null =>
    availableAt(line.product, can("stock.read") ? stock : null, place);
  const checks = lines.map((line) => check(line, pricing, takes ? available(line) : null));
  const inputs = checks.flatMap((line) => (line.problem === undefined ? [line.input] : []));
  const complete =
    lines.length > 0 && inputs.length === content.lines.length && place !== "" && (partner !== null || !needsPartner);

  const change = (how: (before: Content) => Content) => {
    form.put(how);
    onTouch();
  };
  const changeLines = (how: (before: readonly KeptLine[]) => readonly KeptLine[]) =>
    change((before) => ({ ...before, lines: how(before.lines) }));
  return {
    partner,
    note,
    place,
    places,
    placesReady,
    lines,
    /** Lines whose products are being looked up. */
    missing: content.lines.length - lines.length,
    checks,
    pricing,
    available: takes && can("stock.read") ? available : undefined,
    /** Null where nothing has a price. */
    amount: pricing === "hidden" || lines.every(({ price }) => price.trim() === "") ? null : total(lines),
    short: checks.filter((line) => line.problem === undefined && line.short).length,
    problems: useFieldProblems(state.step === "answered" ? state.outcome : null),
    tried,
    put: (next: Partial<Omit<Content, "lines">>) => change((before) => ({ ...before, ...next })),
    putLines: (next: readonly EntryLine[]) =>
      changeLines(() =>
        next.map(({ product, unit, ...line }) => ({ ...line, productId: product.id, unitId: unit.id })),
      ),
    /** Less than zero takes back. */
    add: (product: Product, unit: ProductUnit, more: Decimal) => {
      setAdded((before) => new Map([...before, [product.id, product]]));
      changeLines((before) => withProduct(before, product, unit, more, priceIn));
    },
    changeUnit: (line: EntryLine, unit: ProductUnit) =>
      changeLines((before) =>
        before.map((one) =>
          one.key === line.key ? { ...one, unitId: unit.id, price: priceIn(line.product, unit) } : one,
        ),
      ),
    /** What the command takes, or null with everything marked that is missing. */
    ready: () => {
      setTried(true);
      return complete ? { partner, place, lines: inputs, note: note.trim() } : null;
    },
    /** It is kept: the next document begins, at the same place. */
    next: () => {
      keep(place);
      form.clear({ ...EMPTY, place: content.place });
      setTried(false);
    },
    /** Back to the last document, unless the next one has been begun. */
    comeBack: () => content.lines.length === 0 && partner === null && form.restore(),
  };
}

export type Draft = ReturnType<typeof useDraft>;
