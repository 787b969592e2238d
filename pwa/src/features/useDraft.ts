import { useState } from "react";
import type { Decimal } from "../data/decimal";
import { useMe } from "../data/me";
import type { OfflineState } from "../offline/commands";
import { type Product, type ProductUnit, usePlaces, useStock } from "../offline/views";
import type { Choice } from "../ui/SearchPicker";
import { useFieldProblems } from "../ui/Refusal";
import { check, type EntryLine, type LineCheck, type Pricing, total, withProduct } from "./entry";
import { availableAt } from "./masterdata/products";

type Content = { partner: Choice | null; place: string | undefined; lines: EntryLine[]; note: string };

const EMPTY: Content = { partner: null, place: undefined, lines: [], note: "" };

type DraftRules = {
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
export function useDraft({ pricing, priceIn, takes, needsPartner, state, onTouch }: DraftRules) {
  const { can } = useMe();
  const { places, first, keep } = usePlaces();
  const [content, setContent] = useState(EMPTY);
  const [tried, setTried] = useState(false);
  const [last, setLast] = useState(EMPTY);
  const { partner, lines, note } = content;
  const place = content.place ?? first ?? "";

  const stock = useStock(lines.map(({ product }) => product.id));
  const available = (line: EntryLine): Decimal | null =>
    availableAt(line.product, can("stock.read") ? stock : null, place);
  const checks = lines.map((line) => check(line, pricing, takes ? available(line) : null));
  const inputs = checks.flatMap((line: LineCheck) => (line.problem === undefined ? [line.input] : []));
  const complete =
    lines.length > 0 && inputs.length === lines.length && place !== "" && (partner !== null || !needsPartner);

  const put = (next: Partial<Content>) => {
    setContent((before) => ({ ...before, ...next }));
    onTouch();
  };
  return {
    ...content,
    place,
    places,
    checks,
    pricing,
    available: takes && can("stock.read") ? available : undefined,
    amount: pricing === "hidden" ? null : total(lines),
    short: checks.some((line) => line.problem === undefined && line.short),
    problems: useFieldProblems(state.step === "answered" ? state.outcome : null),
    tried,
    put,
    add: (product: Product, code?: string) => {
      setContent((before) => ({ ...before, lines: withProduct(before.lines, product, priceIn, code) }));
      onTouch();
    },
    changeUnit: (line: EntryLine, unit: ProductUnit) =>
      put({ lines: lines.map((one) => (one === line ? { ...line, unit, price: priceIn(line.product, unit) } : one)) }),
    /** What the command takes, or null with everything marked that is missing. */
    ready: () => {
      setTried(true);
      return complete ? { partner, place, lines: inputs, note: note.trim() } : null;
    },
    /** It is kept: the next document begins, at the same place. */
    next: () => {
      keep(place);
      setLast(content);
      setContent({ ...EMPTY, place: content.place });
      setTried(false);
    },
    /** Back to the last document, unless the next one has been begun. */
    comeBack: () => {
      if (lines.length === 0 && partner === null) setContent(last);
    },
  };
}

export type Draft = ReturnType<typeof useDraft>;
