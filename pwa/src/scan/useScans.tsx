import { Trans } from "@lingui/react/macro";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Decimal } from "../data/decimal";
import { uuid7 } from "../data/uuid";
import { productsByCodeOnline } from "../features/masterdata/products";
import type { Product, ProductUnit } from "../offline/views";
import { useLoaded } from "../features/Opening";
import { useWedge } from "../ui/useWedge";
import type { Scan } from "./codes";
import { amountOf, choose as remember, find, type Found, read as meaning } from "./find";
import { signal } from "./signal";

/** One scan of a product. `sure: false`: the code does not say how many, so a person should look. */
export type ScanHit = {
  id: string;
  product: Product;
  unit: ProductUnit;
  /** In `unit`. */
  quantity: Decimal;
  sure: boolean;
  /** What was read, with lot, expiry and serial where the code has them. */
  scan: Scan;
};

export type ScanOptions = {
  /** Takes a scan, or says in words why not. */
  onCode: (hit: ScanHit) => ReactNode;
  /** Takes it back; without it nothing can be undone, and no quantity changed. */
  onUndo?: ((hit: ScanHit) => void) | undefined;
  enabled?: boolean;
};

export type Scans = {
  /** The last one first. */
  hits: readonly ScanHit[];
  problem: ReactNode;
  unknown: Scan | null;
  /** One code, several products. */
  choice: Found | null;
  undoable: boolean;
  /** A text as a scanner gives it. False: no code, to be read again. */
  read: (text: string) => boolean;
  choose: (product: Product | null) => void;
  undo: (hit: ScanHit) => void;
  change: (hit: ScanHit, quantity: Decimal) => void;
  /** Somebody has said whose code it is; the catalogue of this device hears of it later. */
  bound: (scan: Scan, product: Product, unit: ProductUnit) => void;
  /** As if one of it had been scanned. */
  give: (product: Product) => void;
};

const KEPT_HITS = 100;

const hitOf = (found: Found, product: Product): ScanHit => ({
  id: uuid7(),
  product,
  ...amountOf(found, product),
  scan: found.scan,
});

const PATIENCE_MS = 3000;

/** A code that this device does not know may be of goods that were made a minute ago. */
async function newer(unknown: Found, loaded: boolean | undefined): Promise<Found> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await find(unknown.scan, (code) => productsByCodeOnline(code, patience));
  } catch (wrong) {
    if (loaded) return unknown;
    throw wrong;
  }
}

/** Scans of a screen from whatever source, one after the other: what comes while one is looked up waits its turn. */
export function useScans({ onCode, onUndo, enabled = true }: ScanOptions): Scans {
  const [hits, setHits] = useState<readonly ScanHit[]>([]);
  const [problem, setProblem] = useState<ReactNode>(null);
  const [unknown, setUnknown] = useState<Scan | null>(null);
  const [choices, setChoices] = useState<readonly Found[]>([]);
  const turn = useRef<Promise<unknown>>(Promise.resolve());
  const loaded = useLoaded();
  const latest = useRef({ onCode, onUndo, loaded });
  useEffect(() => {
    latest.current = { onCode, onUndo, loaded };
  });

  const take = (hit: ScanHit) => {
    const refused = latest.current.onCode(hit);
    setProblem(refused);
    if (!refused) setHits((before) => [hit, ...before].slice(0, KEPT_HITS));
    signal(refused ? "problem" : "taken");
  };

  const look = async (scan: Scan) => {
    setUnknown(null);
    try {
      const known = await find(scan);
      const found = known.products.length > 0 ? known : await newer(known, latest.current.loaded);
      const [product, another] = found.products;
      if (product && !another) return take(hitOf(found, product));
      setProblem(null);
      if (product) setChoices((before) => [...before, found]);
      else setUnknown(scan);
    } catch {
      setProblem(<Trans>The code {scan.raw} could not be looked up: no connection to the server.</Trans>);
    }
    return signal("problem");
  };

  const read = (text: string) => {
    const scan = meaning(text);
    if (scan === null) return false;
    turn.current = turn.current.then(() => look(scan));
    return true;
  };

  useWedge(read, enabled);

  const undo = (hit: ScanHit) => {
    latest.current.onUndo?.(hit);
    setHits((before) => before.filter(({ id }) => id !== hit.id));
  };

  return {
    hits,
    problem,
    unknown,
    choice: choices[0] ?? null,
    undoable: onUndo !== undefined,
    read,
    choose: (product) => {
      const [found, ...others] = choices;
      setChoices(others);
      if (!found || !product) return;
      if (found.code !== undefined) remember(found.code, product);
      take(hitOf(found, product));
    },
    undo,
    change: (hit, quantity) => {
      latest.current.onUndo?.(hit);
      const changed = { ...hit, quantity, sure: true };
      const refused = latest.current.onCode(changed);
      setProblem(refused);
      setHits((before) =>
        refused ? before.filter(({ id }) => id !== hit.id) : before.map((one) => (one.id === hit.id ? changed : one)),
      );
    },
    give: (product) => {
      const scan = { raw: product.sku, lookups: [product.sku], inside: [], weighed: [] };
      take({ id: uuid7(), product, unit: product.stockUnit, quantity: "1", sure: true, scan });
    },
    bound: (scan, product, unit) => {
      setUnknown(null);
      take({ id: uuid7(), product, unit, quantity: scan.quantity ?? "1", sure: true, scan });
    },
  };
}
