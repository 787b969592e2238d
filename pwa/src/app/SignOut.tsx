import { Button, TextInput } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { LogOut, Send, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Unreachable } from "../data/errors";
import type { Database } from "../offline/db";
import { device } from "../offline/device";
import { type Farewell, leave, StillUnsent } from "../offline/leave";
import { flushNow } from "../offline/sending";
import { useQueue } from "../offline/views";
import { type Begun, readBegun } from "../features/begun";
import { Notice } from "../ui/Notice";
import { BegunWork } from "./BegunWork";
import styles from "./SignOut.module.css";

type Trouble = "unreachable" | "unsent" | "failed";

/** Nobody leaves work behind without having decided what becomes of it. */
export function SignOut() {
  const { calls } = useQueue();
  const open = calls.filter(({ state }) => state !== "accepted" && state !== "review").length;
  const [begun, setBegun] = useState<readonly Begun[]>([]);
  const [asking, setAsking] = useState(false);
  const [leaving, setLeaving] = useState<Farewell["how"]>();
  const [trouble, setTrouble] = useState<Trouble>();
  const go = async (farewell: Farewell) => {
    setLeaving(farewell.how);
    setTrouble(undefined);
    try {
      await leave(farewell, flushNow, idsOfBegun);
    } catch (error) {
      setTrouble(error instanceof StillUnsent ? "unsent" : error instanceof Unreachable ? "unreachable" : "failed");
      setLeaving(undefined);
    }
  };
  const ask = async () => {
    const found = device.value.status === "open" ? await readBegun(device.value.db) : [];
    setBegun(found);
    if (open + found.length > 0) setAsking(true);
    else await go({ how: "keep" });
  };
  return (
    <div className={styles.leaving}>
      {trouble && <Told trouble={trouble} />}
      {asking && open + begun.length > 0 ? (
        <Choices open={open} begun={begun} leaving={leaving} onGo={(farewell) => void go(farewell)} />
      ) : (
        <Button
          variant="default"
          h={48}
          w="fit-content"
          loading={leaving !== undefined}
          leftSection={<LogOut size={20} aria-hidden />}
          onClick={() => void ask().catch(() => setTrouble("failed"))}
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

async function idsOfBegun(db: Database) {
  return (await readBegun(db)).flatMap(({ id, parts }) => [id, ...parts]);
}

type ChoicesProps = {
  open: number;
  begun: readonly Begun[];
  leaving: Farewell["how"] | undefined;
  onGo: (farewell: Farewell) => void;
};

/** Long words take a second line. */
const tall = { h: "auto", mih: 48, py: 10, classNames: { label: styles.label ?? "" } };

function Choices({ open, begun, leaving, onGo }: ChoicesProps) {
  const { t } = useLingui();
  const [reason, setReason] = useState("");
  const busy = leaving !== undefined;
  return (
    <section className={styles.choices} aria-label={t`Sign out`}>
      {open > 0 && (
        <p>
          <Plural
            value={open}
            one="# entry is on this device alone. What shall become of it?"
            other="# entries are on this device alone. What shall become of them?"
          />
        </p>
      )}
      {begun.length > 0 && <BegunWork begun={begun} />}
      {open > 0 && (
        <Button
          {...tall}
          loading={leaving === "send"}
          disabled={busy}
          leftSection={<Send size={20} aria-hidden />}
          onClick={() => onGo({ how: "send" })}
        >
          <Trans>Send everything, then sign out</Trans>
        </Button>
      )}
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
      {open > 0 && (
        <TextInput
          label={t`Why it is thrown away`}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      <Button
        {...tall}
        variant="default"
        color="red"
        loading={leaving === "discard"}
        disabled={busy || (open > 0 && reason.trim() === "")}
        leftSection={<Trash2 size={20} aria-hidden />}
        onClick={() => onGo({ how: "discard", reason: reason.trim() })}
      >
        <Trans>Throw it away, and sign out</Trans>
      </Button>
    </section>
  );
}
