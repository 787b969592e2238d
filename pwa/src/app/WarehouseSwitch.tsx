import { useLingui } from "@lingui/react/macro";
import { ChevronDown, Warehouse } from "lucide-react";
import { useMe } from "../data/me";
import { useLoaded } from "../features/Opening";
import { usePlaces } from "../offline/views";
import styles from "./WarehouseSwitch.module.css";

/** Where this device is at work: forms begin there. With one place there is nothing to choose. */
export function WarehouseSwitch() {
  const { t } = useLingui();
  const me = useMe();
  const { places, first, keep } = usePlaces();
  const loaded = useLoaded();
  const here = places.find(({ id }) => id === first);
  if (!here) return <span className={styles.only}>{loaded && me.company}</span>;
  if (places.length === 1) {
    return (
      <span className={styles.only}>
        <Warehouse size={18} aria-hidden />
        <span>{here.label}</span>
      </span>
    );
  }
  return (
    <label className={styles.switch}>
      <Warehouse size={18} aria-hidden />
      <select aria-label={t`Warehouse`} value={here.id} onChange={(event) => keep(event.currentTarget.value)}>
        {places.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
      <ChevronDown size={16} aria-hidden />
    </label>
  );
}
