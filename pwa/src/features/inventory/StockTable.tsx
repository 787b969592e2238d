import { Trans, useLingui } from "@lingui/react/macro";
import { Pending } from "../../ui/Pending";
import { Quantity } from "../../ui/Quantity";
import styles from "../../ui/table.module.css";
import type { PlaceSum } from "./stockAt";

export function StockTable({ levels, unit }: { levels: readonly PlaceSum[]; unit: string | undefined }) {
  const { t } = useLingui();
  if (levels.length === 0) {
    return (
      <p>
        <Trans>In no warehouse yet.</Trans>
      </p>
    );
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keys have to reach what scrolls
    <div className={styles.scroll} role="region" aria-label={t`Stock by warehouse`} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">
              <Trans>Warehouse</Trans>
            </th>
            <th scope="col" data-number>
              <Trans>On hand</Trans>
            </th>
            <th scope="col" data-number>
              <Trans>Reserved</Trans>
            </th>
            <th scope="col" data-number>
              <Trans>Available</Trans>
            </th>
          </tr>
        </thead>
        <tbody>
          {levels.map((level) => (
            <tr key={level.id}>
              <th scope="row">
                {level.label} {level.pending && <Pending />}
              </th>
              <td data-number>
                <Quantity value={level.onHand} unit={unit} />
              </td>
              <td data-number>
                <Quantity value={level.reserved} unit={unit} />
              </td>
              <td data-number>
                <Quantity value={level.available} unit={unit} strong />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
