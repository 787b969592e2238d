import { Trans } from "@lingui/react/macro";
import { type Decimal, isNegative } from "../data/decimal";
import { useMe } from "../data/me";
import styles from "./Quantity.module.css";
import { useFormat } from "./useFormat";

type QuantityProps = { value: Decimal | null | undefined; unit: string | undefined; strong?: boolean };

/** A quantity never stands without its unit; a negative one is said in words too. */
export function Quantity({ value, unit, strong }: QuantityProps) {
  const format = useFormat();
  if (value == null) return <Unknown />;
  const negative = isNegative(value);
  return (
    <span className={styles.number} data-negative={negative || undefined} data-strong={strong || undefined}>
      {format.quantity(value)}
      <span className={styles.unit}>{unit}</span>
      {negative && (
        <span className={styles.word}>
          <Trans>negative</Trans>
        </span>
      )}
    </span>
  );
}

export function Money({ value, strong }: { value: Decimal | null | undefined; strong?: boolean }) {
  const format = useFormat();
  const { currency } = useMe();
  if (value == null) return <Unknown />;
  return (
    <span className={styles.number} data-negative={isNegative(value) || undefined} data-strong={strong || undefined}>
      {format.money(value, currency)}
    </span>
  );
}

const Unknown = () => <span className={styles.unknown}>—</span>;
