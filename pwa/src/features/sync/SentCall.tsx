import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { PastCall } from "../../offline/queue";
import type { PendingCall } from "../../offline/types";
import { useRefusalWords } from "../../ui/Refusal";
import { StateChip, type Tone } from "../../ui/StateChip";
import { useFormat } from "../../ui/useFormat";
import styles from "./sync.module.css";
import { useCommandWords } from "./words";

type CallHeadProps = { call: PendingCall; chip: { tone: Tone; word: string }; children?: ReactNode };

/** What it was, about what, when, and how it stands. */
export function CallHead({ call, chip, children }: CallHeadProps) {
  const format = useFormat();
  const kindOf = useCommandWords();
  const { title, detail, href } = call.label;
  return (
    <>
      <div className={styles.head}>
        <span className={styles.kind}>{kindOf(call.name)}</span>
        <StateChip tone={chip.tone}>{chip.word}</StateChip>
        <time dateTime={call.occurredAt}>{format.moment(call.occurredAt)}</time>
      </div>
      <p className={styles.title}>{href ? <Link href={href}>{title}</Link> : title}</p>
      {detail && <p className={styles.detail}>{detail}</p>}
      {children}
    </>
  );
}

/** One that needs nobody: it is on its way, or a manager has it. */
export function SentCall({ call }: { call: PendingCall }) {
  const { t } = useLingui();
  const chip = {
    waiting: { tone: "draft", word: t`to be sent` },
    sent: { tone: "open", word: t`sending` },
    accepted: { tone: "done", word: t`booked` },
    review: { tone: "waits", word: t`with a manager` },
    refused: { tone: "needs", word: t`refused` },
    parked: { tone: "needs", word: t`waits for another` },
  } as const;
  return (
    <li>
      <CallHead call={call} chip={chip[call.state]}>
        {call.state === "review" && (
          <p className={styles.detail}>
            <Trans>
              You may no longer do this yourself. It is kept as you entered it, and booked once a manager accepts it.
            </Trans>
          </p>
        )}
        {call.attempts > 1 && call.state !== "accepted" && (
          <p className={styles.detail}>
            <Trans>Tried {call.attempts} times; it is booked only once.</Trans>
          </p>
        )}
      </CallHead>
    </li>
  );
}

/** One that has left the queue. */
export function PastCallLine({ call }: { call: PastCall }) {
  const { t } = useLingui();
  const words = useRefusalWords();
  const chip = {
    done: { tone: "done", word: t`booked` },
    discarded: { tone: "off", word: t`discarded` },
    replaced: { tone: "off", word: t`entered anew` },
  } as const;
  return (
    <li>
      <CallHead call={call} chip={chip[call.ending]}>
        {call.reason && <p className={styles.detail}>{call.reason}</p>}
        {call.ending === "done" && call.answer?.status === "partly" && (
          <p className={styles.detail}>
            {call.answer.records
              .filter((record) => record.code !== null)
              .map((record) => words({ code: record.code, details: record.details }).sentence)
              .join(" ")}
          </p>
        )}
        <TimeToCheck attention={call.answer?.attention ?? null} />
      </CallHead>
    </li>
  );
}

function TimeToCheck({ attention }: { attention: "clock" | "late" | null }) {
  if (attention === null) return null;
  return (
    <p className={styles.attention}>
      {attention === "clock" ? (
        <Trans>The clock of this device was wrong. The time was put right by the server's; check that it fits.</Trans>
      ) : (
        <Trans>
          It reached the server more than a week after it happened. Check that nobody has entered it meanwhile.
        </Trans>
      )}
    </p>
  );
}
