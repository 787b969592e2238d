import { ActionIcon, Button, Modal, VisuallyHidden } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { isPositive, read as number } from "../data/decimal";
import { fullName } from "../features/masterdata/products";
import { DecimalInput } from "../ui/DecimalInput";
import { Keypad } from "../ui/Keypad";
import { Quantity } from "../ui/Quantity";
import { useFormat } from "../ui/useFormat";
import { useWide } from "../ui/useWide";
import { CameraScanner } from "./CameraScanner";
import { CodeField } from "./CodeField";
import type { Scan } from "./codes";
import { ScanNotices } from "./ScanNotices";
import { ScanSettingsButton } from "./ScanSettingsButton";
import styles from "./ScanSheet.module.css";
import { type ScanHit, type ScanOptions, type Scans, useScans } from "./useScans";

type ScanSheetProps = ScanOptions & { onClose: () => void; title?: string; list?: ReactNode };

/** Scans one after the other over a screen, which hears of each. `list`: what the screen wants to be seen meanwhile. */
export function ScanSheet({ onClose, title, list, ...options }: ScanSheetProps) {
  return <ScanPanel scans={useScans(options)} onClose={onClose} {...(title && { title })} list={list} />;
}

type ScanPanelProps = { scans: Scans; onClose: () => void; title?: string; list?: ReactNode };

export function ScanPanel({ scans, onClose, title, list }: ScanPanelProps) {
  const { t } = useLingui();
  const wide = useWide();
  const [open, setOpen] = useState<string | null>(null);
  const [latest] = scans.hits;
  const editing = open ?? (latest && !latest.sure ? latest.id : "");
  const compact = editing !== "";
  return (
    <Modal
      opened
      onClose={onClose}
      title={title ?? t`Scan`}
      fullScreen={!wide}
      size="lg"
      closeButtonProps={{ "aria-label": t`Close`, size: 44 }}
      classNames={{ body: styles.body ?? "" }}
    >
      <CameraScanner onRead={scans.read} compact={compact} />
      {!compact && (
        <div className={styles.ways}>
          <CodeField onRead={scans.read} />
          <ScanSettingsButton />
        </div>
      )}
      <ScanNotices scans={scans} />
      <Hits scans={scans} editing={editing} onEdit={setOpen} />
      {list}
      {!compact && (
        <div className={styles.done}>
          <Button fullWidth h={56} onClick={onClose}>
            {scans.hits.length > 0 ? (
              <Plural value={scans.hits.length} one="Done, # scan" other="Done, # scans" />
            ) : (
              <Trans>Done</Trans>
            )}
          </Button>
        </div>
      )}
    </Modal>
  );
}

/** The last scan large, with its quantity at the thumb; those before it below. */
function Hits({ scans, editing, onEdit }: { scans: Scans; editing: string; onEdit: (hit: string | null) => void }) {
  const { t } = useLingui();
  const [latest] = scans.hits;
  if (!latest) {
    return (
      <p className={styles.empty}>
        <Trans>
          Hold a code in the frame, or use a hand scanner. Scanning adds one; the code of a case adds a case.
        </Trans>
      </p>
    );
  }
  return (
    <ul className={styles.hits} aria-label={t`Scans`}>
      {scans.hits.map((hit) => (
        <li key={hit.id} className={styles.hit} data-latest={hit === latest || undefined}>
          <div className={styles.what}>
            <span>{fullName(hit.product)}</span>
            <ScanFacts scan={hit.scan} />
          </div>
          {scans.undoable ? (
            <>
              <button
                type="button"
                className={styles.quantity}
                aria-expanded={editing === hit.id}
                onClick={() => onEdit(editing === hit.id ? "" : hit.id)}
              >
                <VisuallyHidden>
                  <Trans>Change the quantity of {fullName(hit.product)}</Trans>
                </VisuallyHidden>
                <Quantity value={hit.quantity} unit={hit.unit.name} strong={hit === latest} />
              </button>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={44}
                aria-label={t`Undo ${fullName(hit.product)}`}
                onClick={() => scans.undo(hit)}
              >
                <Undo2 size={20} aria-hidden />
              </ActionIcon>
              {editing === hit.id && (
                <HowMany
                  hit={hit}
                  onDone={(quantity) => {
                    onEdit(null);
                    if (quantity !== hit.quantity || !hit.sure) scans.change(hit, quantity);
                  }}
                />
              )}
            </>
          ) : (
            <Quantity value={hit.quantity} unit={hit.unit.name} strong={hit === latest} />
          )}
        </li>
      ))}
    </ul>
  );
}

function HowMany({ hit, onDone }: { hit: ScanHit; onDone: (quantity: string) => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState("");
  const quantity = typed === "" ? hit.quantity : number(typed);
  const fits = quantity !== null && isPositive(quantity) && places(quantity) <= hit.unit.decimals;
  return (
    <form
      className={styles.howMany}
      onSubmit={(event) => {
        event.preventDefault();
        if (fits) onDone(quantity);
      }}
    >
      <DecimalInput
        label={t`Quantity`}
        unit={hit.unit.name}
        inputMode="none"
        placeholder={hit.quantity}
        value={typed}
        onChange={setTyped}
        error={typed !== "" && !fits && (hit.unit.decimals === 0 ? t`Whole numbers only.` : t`This is not a quantity.`)}
      />
      <Keypad value={typed} onChange={setTyped} decimals={hit.unit.decimals} />
      <Button type="submit" h={48} disabled={!fits}>
        <Trans>Take this quantity</Trans>
      </Button>
    </form>
  );
}

const places = (quantity: string) => quantity.split(".")[1]?.length ?? 0;

/** What the code says besides the product. */
export function ScanFacts({ scan }: { scan: Scan }) {
  const format = useFormat();
  const { lot, expiry, serial, weight } = scan;
  if (!(lot || expiry || serial || weight)) return null;
  return (
    <span className={styles.facts}>
      {lot && (
        <span>
          <Trans>Lot {lot}</Trans>
        </span>
      )}
      {expiry && (
        <span>
          <Trans>Expires {format.date(expiry)}</Trans>
        </span>
      )}
      {serial && (
        <span>
          <Trans>Serial {serial}</Trans>
        </span>
      )}
      {weight && (
        <span>
          <Trans>{format.quantity(weight)} kg</Trans>
        </span>
      )}
    </span>
  );
}
