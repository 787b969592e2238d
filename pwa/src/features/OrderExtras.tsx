import { Trans } from "@lingui/react/macro";
import type { Decimal } from "../data/decimal";
import { Money } from "../ui/Quantity";
import { Section } from "../ui/Section";
import { useFormat } from "../ui/useFormat";
import styles from "./orders.module.css";

type OrderExtrasProps = {
  title: React.ReactNode;
  total: Decimal | null | undefined;
  documents: readonly { id: string; number: string; effectiveAt: string; reason: string | null }[] | null;
};

/** What the office asks about an order: its total, and the documents that it led to. Only with a network. */
export function OrderExtras({ title, total, documents }: OrderExtrasProps) {
  const format = useFormat();
  return (
    <>
      {total != null && (
        <p className={styles.total}>
          <Trans>Total</Trans> <Money value={total} strong />
        </p>
      )}
      {documents && documents.length > 0 && (
        <Section title={title}>
          <ul className={styles.history}>
            {documents.map(({ id, number, effectiveAt, reason }) => (
              <li key={id}>
                <span>{number}</span>
                <time dateTime={effectiveAt}>{format.moment(effectiveAt)}</time>
                {reason && <span className={styles.dim}>{reason}</span>}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
