import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Wrench } from "lucide-react";
import { useState } from "react";
import { useCommand } from "../../data/command";
import { Dialog } from "../../ui/Dialog";
import { Notice } from "../../ui/Notice";
import { CommandNotice, useRefusalWords } from "../../ui/Refusal";
import { type Latest, REPAIR, type Repairable, type Row } from "./check";
import styles from "./checks.module.css";
import { Figure } from "./Figure";
import type { useNamed } from "./useNamed";
import { useColumnWords } from "./words";

type RepairButtonProps = {
  about: Latest;
  check: Repairable;
  rows: readonly Row[];
  all: boolean;
  names: ReturnType<typeof useNamed>;
  busy: boolean;
  onRepaired: () => void;
};

/** Sets figures to what the moves say, once somebody has read what that changes. */
export function RepairButton({ about, check, rows, all, names, busy, onRepaired }: RepairButtonProps) {
  const { t } = useLingui();
  const column = useColumnWords();
  const words = useRefusalWords();
  const [open, setOpen] = useState(false);
  const { state, run, clear } = useCommand(REPAIR);
  const refused =
    state.step === "answered" && state.outcome.status === "PARTLY"
      ? state.outcome.records.filter(({ code }) => code !== null)
      : [];
  const repair = async () => {
    const outcome = await run({
      reconciliationId: about.id,
      check,
      keys: rows.map(({ key }) => key),
    });
    if (outcome === null || outcome.status === "REFUSED" || outcome.status === "WAITING") return;
    if (outcome.status === "ACCEPTED") setOpen(false);
    onRepaired();
  };
  const close = () => {
    setOpen(false);
    clear();
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={<Wrench size={18} aria-hidden />}
        aria-haspopup="dialog"
        disabled={busy}
        onClick={() => setOpen(true)}
      >
        {all ? <Plural value={rows.length} one="Put # right" other="Put all # right" /> : <Trans>Put right</Trans>}
      </Button>
      <Dialog title={<Trans>Set to what the moves say?</Trans>} opened={open} onClose={close}>
        <ul className={styles.changes} aria-label={t`What changes`}>
          {rows.flatMap((row) =>
            row.differences.map((one) => {
              const { name, place, unit } = names.of(one);
              return (
                <li key={one.id}>
                  <span>{[name, place, column(one.what)].filter(Boolean).join(" · ")}</span>
                  <span className={styles.change}>
                    <Figure difference={one} side="found" unit={unit} />
                    <span aria-hidden>→</span>
                    <span className={styles.hidden}>{t`becomes`}</span>
                    <strong>
                      <Figure difference={one} side="expected" unit={unit} />
                    </strong>
                  </span>
                </li>
              );
            }),
          )}
        </ul>
        <p className={styles.note}>
          <Trans>
            Moves and documents stay as they are. What has changed since the check is left alone. The log keeps who
            confirmed this, and everything is checked again afterwards.
          </Trans>
        </p>
        {refused.length > 0 ? (
          <Notice tone="needs">
            <p>
              <Plural
                value={refused.length}
                one="# figure was left as it is, the others were put right."
                other="# figures were left as they are, the others were put right."
              />
            </p>
            {[...new Set(refused.map((one) => words(one).sentence))].map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </Notice>
        ) : (
          <CommandNotice state={state} onRepeat={() => void repair()} onReload={onRepaired} />
        )}
        <Button
          h={56}
          loading={state.step === "sending"}
          disabled={refused.length > 0}
          onClick={() => void repair()}
          data-autofocus
        >
          <Plural value={rows.length} one="Put # record right" other="Put # records right" />
        </Button>
        <Button variant="default" h={48} onClick={close}>
          <Trans>Leave it as it is</Trans>
        </Button>
      </Dialog>
    </>
  );
}
