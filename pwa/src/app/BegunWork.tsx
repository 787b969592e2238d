import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { Begun } from "../features/begun";
import styles from "./SignOut.module.css";

/** Count sheets and forms that nobody has handed in, by name. */
export function BegunWork({ begun }: { begun: readonly Begun[] }) {
  const { t } = useLingui();
  const names: Readonly<Record<string, string>> = {
    count: t`Count`,
    slip: t`New slip`,
    return: t`Customer return`,
    "blind-receipt": t`Receive without an order`,
    adjustment: t`Adjust stock`,
    transfer: t`New transfer`,
    receipt: t`Receive`,
    shipment: t`Ship`,
    arrival: t`Receive a transfer`,
  };
  return (
    <div>
      <p>
        <Plural
          value={begun.length}
          one="# thing is begun here and not handed in:"
          other="# things are begun here and not handed in:"
        />
      </p>
      <ul className={styles.begun}>
        {begun.map(({ id, kind, about }) => (
          <li key={id}>{[names[kind] ?? kind, about].filter(Boolean).join(" · ")}</li>
        ))}
      </ul>
      <p>
        <Trans>It cannot be sent as it is. It stays here, locked, until you are back, unless you throw it away.</Trans>
      </p>
    </div>
  );
}
