import { Trans } from "@lingui/react/macro";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Decimal } from "../data/decimal";
import type { OrderLine, Progress } from "../data/progress";
import { Notice } from "../ui/Notice";
import { useWedge } from "../ui/useWedge";
import { type FoundProduct, productsByCode, unitOfCode, unitsOf } from "./masterdata/products";
import { scanned } from "./scanned";

type Row = { id: string; line: OrderLine; progress: Progress; now: Decimal };

/**
 * Counts scanned codes on the lines of an order: `onCount` is told what one scan adds. A code is looked up once; scans
 * that come meanwhile wait their turn.
 */
export function useLineScan(rows: readonly Row[], onCount: (line: string, added: Decimal) => void, enabled: boolean) {
  const [problem, setProblem] = useState<ReactNode>(null);
  const known = useRef(new Map<string, FoundProduct[]>());
  const turn = useRef<Promise<unknown>>(Promise.resolve());
  const latest = useRef({ rows, onCount });
  useEffect(() => {
    latest.current = { rows, onCount };
  });

  const count = async (code: string) => {
    let products = known.current.get(code);
    try {
      products ??= await productsByCode(code);
    } catch {
      return setProblem(<Trans>The code {code} could not be looked up: no connection to the server.</Trans>);
    }
    known.current.set(code, products);
    const hit = scanned(latest.current.rows, ({ line }) => {
      const product = products.find(({ id }) => id === line.product?.id);
      return product && (unitOfCode(product, code) ?? unitsOf(product)[0])?.factor;
    });
    setProblem(hit ? null : <Trans>No line of this order has the code {code}.</Trans>);
    if (hit) latest.current.onCount(hit.row.id, hit.quantity);
  };

  useWedge((code) => {
    turn.current = turn.current.then(() => count(code));
  }, enabled);

  return { notice: problem && <Notice tone="waits">{problem}</Notice> };
}
