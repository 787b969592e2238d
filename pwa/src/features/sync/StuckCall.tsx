import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useDirty } from "../../app/update";
import { useMe } from "../../data/me";
import { discard, NotDecidable, redo, retry } from "../../offline/decide";
import { useDatabase } from "../../offline/rows";
import { wake } from "../../offline/sending";
import type { PendingCall } from "../../offline/types";
import { useRefusalWords } from "../../ui/Refusal";
import { EditCall, editable } from "./EditCall";
import { CallHead } from "./SentCall";
import styles from "./sync.module.css";

async function decide(decision: Promise<unknown>) {
  try {
    await decision;
  } catch (error) {
    if (!(error instanceof NotDecidable)) throw error; // another tab was faster: the list shows what became of it
  }
  wake();
}

/** One that needs a person: why, and every way out of it. */
export function StuckCall({ call }: { call: PendingCall }) {
  const { t } = useLingui();
  const db = useDatabase();
  const words = useRefusalWords();
  const [doing, setDoing] = useState<"edit" | "discard" | null>(null);
  const parked = call.state === "parked";
  if (db === undefined) return null;
  const { sentence, facts } = words({ code: call.answer?.code ?? null, details: call.answer?.data });
  return (
    <li data-stuck>
      <CallHead call={call} chip={{ tone: "needs", word: parked ? t`waits for another` : t`refused` }}>
        <p className={styles.why}>
          {parked ? (
            <Trans>What it belongs to was refused. Put that right, and this goes on by itself; or send it alone.</Trans>
          ) : (
            sentence
          )}
          {!parked && facts && <span className={styles.detail}> {facts}</span>}
        </p>
      </CallHead>
      {doing === "edit" ? (
        <EditCall call={call} onDone={() => setDoing(null)} />
      ) : doing === "discard" ? (
        <Discard onDiscard={(reason) => void decide(discard(db, call.id, reason))} onBack={() => setDoing(null)} />
      ) : (
        <div className={styles.ways}>
          <Button variant="default" onClick={() => void decide(parked ? retry(db, call.id) : redo(db, call.id))}>
            {parked ? <Trans>Send alone</Trans> : <Trans>Send again</Trans>}
          </Button>
          {!parked && editable(call) && (
            <Button variant="default" onClick={() => setDoing("edit")}>
              <Trans>Change it</Trans>
            </Button>
          )}
          <Button variant="subtle" color="red" onClick={() => setDoing("discard")}>
            <Trans>Discard</Trans>
          </Button>
        </div>
      )}
    </li>
  );
}

/** Asked once, and why: somebody will wonder where it went. */
function Discard({ onDiscard, onBack }: { onDiscard: (reason: string) => void; onBack: () => void }) {
  const { t } = useLingui();
  const me = useMe();
  const [reason, setReason] = useState("");
  useDirty(reason.trim() !== "");
  const [tried, setTried] = useState(false);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (reason.trim() !== "") onDiscard(reason.trim());
      }}
    >
      <TextInput
        label={t`Why is it not to be booked?`}
        description={t`It stays in this list of ${me.name} with the reason.`}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={tried && reason.trim() === "" ? t`Write a reason.` : undefined}
        maxLength={200}
        data-autofocus
      />
      <div className={styles.ways}>
        <Button type="submit" color="red">
          <Trans>Discard</Trans>
        </Button>
        <Button variant="default" onClick={onBack}>
          <Trans>Back</Trans>
        </Button>
      </div>
    </form>
  );
}
