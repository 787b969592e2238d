import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { FileUp } from "lucide-react";
import { Link } from "wouter";
import { useCommand } from "../../data/command";
import { Notice } from "../../ui/Notice";
import { CommandNotice, useRefusalWords } from "../../ui/Refusal";
import { CHECK } from "./import";
import type { StepProps } from "./ImportPage";
import styles from "./imports.module.css";
import { UndoButton } from "./Undo";

/** The file could not be read, or the work on it not be done. */
export function FailedImport({ about, reload }: StepProps) {
  const words = useRefusalWords();
  const { sentence, facts } = words(about);
  return (
    <div className={styles.step}>
      <Notice tone="needs">
        {about.code === null ? (
          <Trans>Reading the file was cancelled. Nothing was brought in.</Trans>
        ) : facts ? (
          `${sentence} (${facts})`
        ) : (
          sentence
        )}
      </Notice>
      <div className={styles.ways}>
        <Another />
        {about.accepted + about.changed > 0 && <UndoButton about={about} reload={reload} />}
      </div>
    </div>
  );
}

export function Undone({ about, reload, onRemap }: StepProps & { onRemap: () => void }) {
  const { state, run } = useCommand(CHECK);
  const check = () => void run({ importId: about.id }).then((outcome) => outcome && reload());
  return (
    <div className={styles.step}>
      <Notice tone="done">
        <Trans>Everything that this file brought in was taken back. The company is as it was before.</Trans>
      </Notice>
      <div className={styles.ways}>
        <Another />
        <Button variant="default" onClick={onRemap}>
          <Trans>Change the columns</Trans>
        </Button>
        <Button variant="default" onClick={check} loading={state.step === "sending"}>
          <Trans>Check it again</Trans>
        </Button>
      </div>
      <CommandNotice state={state} onRepeat={check} onReload={reload} />
    </div>
  );
}

export function Another() {
  return (
    <Button component={Link} href="/imports" variant="default" leftSection={<FileUp size={18} aria-hidden />}>
      <Trans>Bring in another file</Trans>
    </Button>
  );
}
