import { Trans } from "@lingui/react/macro";
import { Quantity } from "../../ui/Quantity";
import styles from "../../ui/table.module.css";
import { byWarehouse } from "./levels";

export function StockTable({ levels, unit }: { levels: Parameters<typeof byWarehouse>[0]; unit: string | undefined }) {
  const warehouses = byWarehouse(levels);
  if (warehouses.length === 0) {
    return (
      <p>
        <Trans>In no warehouse yet.</Trans>
      </p>
    );
  }
  return (
    <div className={styles.scroll}>
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
          {warehouses.map((level) => (
            <tr key={level.id}>
              <th scope="row">{level.name}</th>
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
