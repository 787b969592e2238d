import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Money, Quantity } from "../../ui/Quantity";
import type { Difference } from "./check";
import { useStatusWords } from "./words";

type FigureProps = { difference: Difference; side: "expected" | "found"; unit: string | undefined };

/** What the moves say or what is kept, as the column has it. */
export function Figure({ difference, side, unit }: FigureProps): ReactNode {
  const { t } = useLingui();
  const status = useStatusWords();
  const { check, what } = difference;
  const value = difference[side];
  if (what === "value" || what.endsWith("_value")) return <Money value={difference[`${side}Value`]} />;
  if (check === "STATUS") return status(value ?? "");
  if (check === "CHAIN") return side === "expected" ? t`as it was sealed` : t`not as it was sealed`;
  if (check === "CHANGE" || check === "LOG") return side === "expected" ? t`there` : t`not there`;
  return <Quantity value={value} unit={unit} />;
}
