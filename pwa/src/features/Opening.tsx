import { Trans, useLingui } from "@lingui/react/macro";
import { CloudOff, HardDrive } from "lucide-react";
import { connection } from "../data/connection";
import { useStore } from "../data/store";
import type { Database } from "../offline/db";
import { useRows } from "../offline/rows";
import { rowsState } from "../offline/state";
import { useTrouble } from "../offline/trouble";
import { Empty, LoadingRows } from "../ui/states";
import styles from "./Opening.module.css";

const FIRST = ["unit"] as const;
const loaded = async (db: Database) => (await db.fact("cursor")) !== undefined;

/** Whether the first download is through. Until then an empty list means nothing. Undefined: being opened. */
export const useLoaded = (): boolean | undefined => useRows(FIRST, loaded);

/** In place of rows that are being opened or, the first time, on their way to this device. */
export function Opening() {
  const { t } = useLingui();
  const { download } = useStore(rowsState);
  const { reachable } = useStore(connection);
  const trouble = useTrouble();
  const first = useLoaded() === false;
  // Why, and what to do, is said above every page.
  if (trouble === "lost" || (trouble === "full" && !download)) {
    return <Empty icon={HardDrive} title={<Trans>Nothing can be shown from this device</Trans>} />;
  }
  if (!first) return <LoadingRows height={64} />;
  if (!reachable && !download) {
    return (
      <Empty icon={CloudOff} title={<Trans>Nothing is on this device yet</Trans>}>
        <Trans>
          Products, partners and open orders come with the first connection to the server; from then on all this works
          without one.
        </Trans>
      </Empty>
    );
  }
  const { done = 0, total = 0 } = download ?? {};
  return (
    <div className={styles.opening}>
      <label>
        <span>
          <Trans>Products, partners and open orders are coming to this device.</Trans>
        </span>
        <progress max={Math.max(total, 1)} value={done} aria-label={t`First load`} />
      </label>
      <LoadingRows height={64} />
    </div>
  );
}
