import { Trans } from "@lingui/react/macro";
import { useEffect, useRef } from "react";
import { type Decimal, subtract, toStockUnit } from "../data/decimal";
import type { Progress } from "../data/progress";
import { useScan } from "../scan/useScan";
import type { Line } from "../ui/ProgressLines";
import { fullName } from "./masterdata/products";
import { scanned } from "./scanned";

type Row = { line: Line; progress: Progress; now: Decimal };

/** Counts scans on the lines of an order: `onCount` is told what one adds or takes back, in the stock unit. */
export function useLineScan(rows: readonly Row[], onCount: (line: Line, added: Decimal) => void, enabled: boolean) {
  const latest = useRef(rows);
  useEffect(() => {
    latest.current = rows;
  });
  const counted = useRef(new Map<string, Line>());
  return useScan({
    enabled,
    onCode: ({ id, product, unit, quantity }) => {
      const row = scanned(latest.current, product.id);
      if (!row) return <NoLine name={fullName(product)} />;
      counted.current.set(id, row.line);
      onCount(row.line, toStockUnit(quantity, unit));
      return null;
    },
    onUndo: ({ id, unit, quantity }) => {
      const line = counted.current.get(id);
      if (line) onCount(line, subtract("0", toStockUnit(quantity, unit)));
    },
  });
}

const NoLine = ({ name }: { name: string }) => <Trans>{name} is not on this order.</Trans>;
