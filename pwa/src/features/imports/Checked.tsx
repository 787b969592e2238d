import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Columns3 } from "lucide-react";
import { useCommand } from "../../data/command";
import { useMe } from "../../data/me";
import { Notice } from "../../ui/Notice";
import { CommandNotice } from "../../ui/Refusal";
import { Section } from "../../ui/Section";
import { Another } from "./Ended";
import { isBusy, RUN } from "./import";
import type { StepProps } from "./ImportPage";
import styles from "./imports.module.css";
import { LeftOut } from "./LeftOut";
import { NewUnits } from "./NewUnits";
import { Report } from "./Report";
import { Rows } from "./Rows";
import { Tallies } from "./Tallies";
import { UndoButton } from "./Undo";
import { useToLookAt } from "./useToLookAt";
import { Working } from "./Working";

type CheckedProps = StepProps & { onCorrecting: () => void; onRemap: () => void };

/** What would happen, row by row, before anything does; after a run, what was put right since. */
export function Checked({ about, reload, onCorrecting, onRemap }: CheckedProps) {
  const { t } = useLingui();
  const { can } = useMe();
  const { state, run } = useCommand(RUN);
  const busy = isBusy(about);
  const { corrected } = useToLookAt(about);
  const bringIn = () => void run({ importId: about.id }).then((outcome) => outcome && reload());
  const again = about.finishedAt !== null;
  const stopped = !again && about.job?.kind === "import_run" && about.job.status === "CANCELLED";
  const ready = again ? corrected : about.accepted + about.changed;
  return (
    <div className={styles.step}>
      {stopped && (
        <Notice tone="waits">
          <Trans>
            This was stopped. What is in stays in; bringing it in again goes on with the rest and doubles nothing.
          </Trans>
        </Notice>
      )}
      <Tallies about={about} label={again ? t`What came in, and what did not` : t`What would happen`} />
      <LeftOut about={about} />
      {!again && about.proposed > 0 && (
        <Notice tone="waits">
          <Plural
            value={about.proposed}
            one="# row may be the same as something that is there. It comes in as a new one unless you say so below."
            other="# rows may be the same as something that is there. They come in as new ones unless you say so below."
          />
        </Notice>
      )}
      {!again && about.kind === "PRODUCTS" && can("product.write") && <NewUnits about={about} reload={reload} />}
      {busy && <Working about={about} reload={reload} />}
      <Section title={<Trans>Rows to look at</Trans>}>
        <Rows about={about} reload={reload} onCorrecting={onCorrecting} />
      </Section>
      <Report about={about} />
      <CommandNotice state={state} onRepeat={bringIn} onReload={reload} />
      <div className={styles.foot}>
        {ready > 0 || stopped ? (
          <Button h={56} loading={state.step === "sending"} disabled={busy} onClick={bringIn} data-main-action>
            {again ? (
              <Plural value={ready} one="Bring in # corrected row" other="Bring in # corrected rows" />
            ) : ready > 0 ? (
              <Plural value={ready} one="Bring in # record" other="Bring in # records" />
            ) : (
              <Trans>Bring in the rest</Trans>
            )}
          </Button>
        ) : (
          <p className={styles.nothing}>
            {about.refused > 0 ? (
              <Trans>Nothing can come in as it is. Correct rows above, or bring in a corrected file.</Trans>
            ) : (
              <Trans>Nothing to bring in: everything in this file is here already.</Trans>
            )}
          </p>
        )}
        {ready > 0 && about.refused > 0 && !again && (
          <p className={styles.note}>
            <Plural
              value={about.refused}
              one="# refused record stays out. It can be corrected here now or afterwards."
              other="# refused records stay out. They can be corrected here now or afterwards."
            />
          </p>
        )}
        <div className={styles.ways}>
          {!again && (
            <Button
              variant="default"
              leftSection={<Columns3 size={18} aria-hidden />}
              disabled={busy}
              onClick={onRemap}
            >
              <Trans>Change the columns</Trans>
            </Button>
          )}
          <Another />
          {(again || stopped) && <UndoButton about={about} reload={reload} disabled={busy} />}
        </div>
      </div>
    </div>
  );
}
