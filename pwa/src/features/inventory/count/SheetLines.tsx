import { Trans, useLingui } from "@lingui/react/macro";
import { CircleCheck, CircleDashed, SkipForward } from "lucide-react";
import { useState } from "react";
import type { Id } from "../../../offline/types";
import { useProducts } from "../../../offline/views";
import { Quantity } from "../../../ui/Quantity";
import { Tabs } from "../../../ui/Tabs";
import { fullName } from "../../masterdata/products";
import { type CountSheet, productsOf } from "./sheet";
import styles from "./SheetLines.module.css";

const AT_ONCE = 100;

type SheetLinesProps = { sheet: CountSheet; current: Id | null; onChoose: (product: Id) => void };

/** What is on the sheet: counted, skipped, still to count. */
export function SheetLines({ sheet, current, onChoose }: SheetLinesProps) {
  const { t } = useLingui();
  const [which, setWhich] = useState<"all" | "open" | "counted">("all");
  const [shown, setShown] = useState(AT_ONCE);
  const all = productsOf(sheet).filter(
    (id) => which === "all" || (which === "counted") === (sheet.lines[id] !== undefined),
  );
  const ids = (sheet.list === null ? all.toReversed() : all).slice(0, shown);
  const products = useProducts(ids);
  if (productsOf(sheet).length === 0) return null;
  const kinds = { all: t`All`, open: t`Uncounted`, counted: t`Already counted` };
  return (
    <section className={styles.lines} aria-label={t`On this sheet`}>
      {sheet.list !== null && (
        <Tabs
          label={t`Show`}
          value={which}
          onChange={setWhich}
          tabs={(["all", "open", "counted"] as const).map((key) => [key, kinds[key]] as const)}
        />
      )}
      <ul>
        {ids.map((id) => {
          const product = products.get(id);
          const line = sheet.lines[id];
          return (
            <li key={id}>
              <button type="button" onClick={() => onChoose(id)} aria-current={id === current || undefined}>
                {line ? (
                  <CircleCheck size={18} aria-label={t`Already counted`} className={styles.done} />
                ) : sheet.skipped.includes(id) ? (
                  <SkipForward size={18} aria-label={t`Skipped`} className={styles.skipped} />
                ) : (
                  <CircleDashed size={18} aria-label={t`Uncounted`} />
                )}
                <span className={styles.name}>
                  <span>{product ? fullName(product) : t`A product that is not on this device`}</span>
                  <span className={styles.dim}>{product?.sku}</span>
                </span>
                {line && <Quantity value={line.counted} unit={product?.stockUnit.name} strong />}
              </button>
            </li>
          );
        })}
      </ul>
      {all.length > shown && (
        <button type="button" className={styles.more} onClick={() => setShown(shown + AT_ONCE)}>
          <Trans>Show more</Trans>
        </button>
      )}
    </section>
  );
}
