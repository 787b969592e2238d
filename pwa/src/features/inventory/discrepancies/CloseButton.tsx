import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Check } from "lucide-react";
import { useState } from "react";
import { useCommand } from "../../../data/command";
import { Dialog } from "../../../ui/Dialog";
import form from "../../../ui/form.module.css";
import { CommandNotice } from "../../../ui/Refusal";
import styles from "./discrepancies.module.css";
import { DEALT_WITH, type Discrepancy } from "./discrepancy";

/** Says that somebody has looked at it, and what came of it: that stays. */
export function CloseButton({ about, onDealtWith }: { about: Discrepancy; onDealtWith: () => void }) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const [note, setNote] = useState("");
  const { state, run } = useCommand(DEALT_WITH);
  const send = async () => {
    const outcome = await run({ discrepancyId: about.id, note: note.trim() });
    if (outcome?.status === "ACCEPTED") onDealtWith();
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={<Check size={18} aria-hidden />}
        aria-haspopup="dialog"
        onClick={() => setOpened(true)}
      >
        <Trans>Mark as dealt with</Trans>
      </Button>
      <Dialog title={<Trans>Dealt with?</Trans>} opened={opened} onClose={() => setOpened(false)}>
        <form
          className={form.form}
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <p className={styles.what}>{about.product?.name}</p>
          <TextInput
            label={t`What came of it`}
            description={t`Stays with it, for whoever asks later. May be left empty.`}
            value={note}
            maxLength={500}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
          />
          <CommandNotice state={state} onRepeat={() => void send()} onReload={onDealtWith} />
          <Button type="submit" h={56} loading={state.step === "sending"}>
            <Trans>Mark as dealt with</Trans>
          </Button>
          <Button variant="default" h={48} onClick={() => setOpened(false)}>
            <Trans>Not yet</Trans>
          </Button>
        </form>
      </Dialog>
    </>
  );
}
