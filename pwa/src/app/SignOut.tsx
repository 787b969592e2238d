import { Button, TextInput } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { LogOut, Send, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Unreachable } from "../data/errors";
import { type Farewell, leave, StillUnsent } from "../offline/leave";
import { flushNow } from "../offline/sending";
import { useQueue } from "../offline/views";
import { Notice } from "../ui/Notice";
import styles from "./SignOut.module.css";

type Trouble = "unreachable" | "unsent" | "failed";

/** Nobody leaves work behind without having decided what becomes of it. */
export function SignOut() {
  const { calls } = useQueue();
  const open = calls.filter(({ state }) => state !== "accepted" && state !== "review").length;
  const [asking, setAsking] = useState(false);
  const [leaving, setLeaving] = useState<Farewell["how"]>();
  const [trouble, setTrouble] = useState<Trouble>();
  const go = async (farewell: Farewell) => {
    setLeaving(farewell.how);
    setTrouble(undefined);
    try {
      await leave(farewell, flushNow);
    } catch (error) {
      setTrouble(error instanceof StillUnsent ? "unsent" : error instanceof Unreachable ? "unreachable" : "failed");
      setLeaving(undefined);
    }
  };
  return (
    <div className={styles.leaving}>
      {trouble && <Told trouble={trouble} />}
      {asking && open > 0 ? (
        <Choices open={open} leaving={leaving} onGo={(farewell) => void go(farewell)} />
      ) : (
        <Button
          variant="default"
          h={48}
          w="fit-content"
          loading={leaving !== undefined}
          leftSection={<LogOut size={20} aria-hidden />}
          onClick={() => (open > 0 ? setAsking(true) : void go({ how: "keep" }))}
        >
          <Trans>Sign out</Trans>
        </Button>
      )}
    </div>
  );
}

function Told({ trouble }: { trouble: Trouble }) {
  const words: Record<Trouble, ReactNode> = {
    unreachable: <Trans>You are still signed in: the server could not be reached. Try again with a connection.</Trans>,
    unsent: (
      <Trans>Not everything could be sent. Try again with a connection, or choose what becomes of the rest.</Trans>
    ),
    failed: <Trans>You are still signed in: the server had a fault. Try again.</Trans>,
  };
  return <Notice tone="needs">{words[trouble]}</Notice>;
}

type ChoicesProps = { open: number; leaving: Farewell["how"] | undefined; onGo: (farewell: Farewell) => void };

/** Long words take a second line. */
const tall = { h: "auto", mih: 48, py: 10, classNames: { label: styles.label ?? "" } };

function Choices({ open, leaving, onGo }: ChoicesProps) {
  const { t } = useLingui();
  const [reason, setReason] = useState("");
  const busy = leaving !== undefined;
  return (
    <section className={styles.choices} aria-label={t`Sign out`}>
      <p>
        <Plural
          value={open}
          one="# entry is on this device alone. What shall become of it?"
          other="# entries are on this device alone. What shall become of them?"
        />
      </p>
      <Button
        {...tall}
        loading={leaving === "send"}
        disabled={busy}
        leftSection={<Send size={20} aria-hidden />}
        onClick={() => onGo({ how: "send" })}
      >
        <Trans>Send everything, then sign out</Trans>
      </Button>
      <Button
        {...tall}
        variant="default"
        loading={leaving === "keep"}
        disabled={busy}
        leftSection={<LogOut size={20} aria-hidden />}
        onClick={() => onGo({ how: "keep" })}
      >
        <Trans>Sign out; it waits here until I am back</Trans>
      </Button>
      <TextInput
        label={t`Why it is thrown away`}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button
        {...tall}
        variant="default"
        color="red"
        loading={leaving === "discard"}
        disabled={busy || reason.trim() === ""}
        leftSection={<Trash2 size={20} aria-hidden />}
        onClick={() => onGo({ how: "discard", reason: reason.trim() })}
      >
        <Trans>Throw it away, and sign out</Trans>
      </Button>
    </section>
  );
}
