import { Trans } from "@lingui/react/macro";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Decimal } from "../data/decimal";
import type { Progress } from "../data/progress";
import type { Product } from "../offline/views";
import { Notice } from "../ui/Notice";
import type { Line } from "../ui/ProgressLines";
import { useWedge } from "../ui/useWedge";
import { unitOfCode, useCodes } from "./masterdata/products";
import { scanned } from "./scanned";

type Row = { line: Line; progress: Progress; now: Decimal };

/**
 * Counts scanned codes on the lines of an order: `onCount` is told what one scan adds, in the stock unit. Scans that
 * come while one is looked up wait their turn.
 */
export function useLineScan(rows: readonly Row[], onCount: (line: Line, added: Decimal) => void, enabled: boolean) {
  const [problem, setProblem] = useState<ReactNode>(null);
  const lookUp = useCodes(false);
  const turn = useRef<Promise<unknown>>(Promise.resolve());
  const latest = useRef({ rows, onCount, lookUp });
  useEffect(() => {
    latest.current = { rows, onCount, lookUp };
  });

  const count = async (code: string) => {
    let products: Product[];
    try {
      products = await latest.current.lookUp(code);
    } catch {
      return setProblem(<Trans>The code {code} could not be looked up: no connection to the server.</Trans>);
    }
    const hit = scanned(latest.current.rows, ({ line }) => {
      const product = products.find(({ id }) => id === line.product?.id);
      return product && (unitOfCode(product, code) ?? product.stockUnit);
    });
    setProblem(hit ? null : <Trans>No line of this order has the code {code}.</Trans>);
    if (hit) latest.current.onCount(hit.row.line, hit.added);
  };

  const onCode = (code: string) => {
    turn.current = turn.current.then(() => count(code));
  };
  useWedge(onCode, enabled);

  return { notice: problem && <Notice tone="waits">{problem}</Notice>, onCode };
}
