import { Button } from "@mantine/core";
import { Plural, Trans } from "@lingui/react/macro";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { useCommand } from "../../data/command";
import { Dialog } from "../../ui/Dialog";
import { CommandNotice } from "../../ui/Refusal";
import { UNDO } from "./import";
import type { StepProps } from "./ImportPage";
import styles from "./imports.module.css";

/** Takes the import back, once somebody has read what that takes away. */
export function UndoButton({ about, reload, disabled = false }: StepProps & { disabled?: boolean }) {
  const [open, setOpen] = useState(false);
  const { state, run } = useCommand(UNDO);
  const undo = async () => {
    const outcome = await run({ importId: about.id });
    if (outcome?.status !== "ACCEPTED") return;
    setOpen(false);
    reload();
  };
  const close = () => setOpen(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<Undo2 size={18} aria-hidden />}
        aria-haspopup="dialog"
        disabled={disabled}
        onClick={() => setOpen(true)}
      >
        <Trans>Undo the import</Trans>
      </Button>
      <Dialog title={<Trans>Undo this import?</Trans>} opened={open} onClose={close}>
        <ul className={styles.takes}>
          {about.accepted > 0 && (
            <li>
              <Plural value={about.accepted} one="# new record is removed." other="# new records are removed." />
            </li>
          )}
          {about.changed > 0 && (
            <li>
              <Plural
                value={about.changed}
                one="# changed record becomes what it was."
                other="# changed records become what they were."
              />
            </li>
          )}
          <li>
            <Trans>
              What somebody has changed or used since stays as it is, and is named afterwards with what uses it.
            </Trans>
          </li>
        </ul>
        <CommandNotice state={state} onRepeat={() => void undo()} onReload={reload} />
        <Button
          h={56}
          color="red.9"
          c="white"
          loading={state.step === "sending"}
          onClick={() => void undo()}
          data-autofocus
        >
          <Trans>Take it back</Trans>
        </Button>
        <Button variant="default" h={48} onClick={close}>
          <Trans>Keep it</Trans>
        </Button>
      </Dialog>
    </>
  );
}
