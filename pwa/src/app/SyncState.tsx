import { Plural, Trans } from "@lingui/react/macro";
import { ArrowUp, CloudOff, TriangleAlert, Wifi } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { connection } from "../data/connection";
import { useStore } from "../data/store";
import { rowsState } from "../offline/state";
import { useQueueCounts } from "../offline/views";
import { useFormat } from "../ui/useFormat";
import styles from "./SyncState.module.css";

/** The connection as the last success, what waits on this device, and what needs a person; on to the sync centre. */
export function SyncState() {
  const { unsent, attention } = useQueueCounts();
  return (
    <Link href="/queue" className={styles.state}>
      <Connection />
      {unsent > 0 && (
        <span className={styles.unsent}>
          <ArrowUp size={14} strokeWidth={2.4} aria-hidden />
          <span aria-hidden>{unsent}</span>
          <span className={styles.spoken}>
            <Plural value={unsent} one="# entry to be sent" other="# entries to be sent" />
          </span>
        </span>
      )}
      {attention > 0 && (
        <span className={styles.attention}>
          <TriangleAlert size={14} strokeWidth={2.4} aria-hidden />
          <span aria-hidden>{attention}</span>
          <span className={styles.spoken}>
            <Plural value={attention} one="# needs attention" other="# need attention" />
          </span>
        </span>
      )}
    </Link>
  );
}

function Connection() {
  const { reachable, lastSuccess } = useStore(connection);
  const { download } = useStore(rowsState);
  const format = useFormat();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  const elapsed = lastSuccess === null ? 0 : Math.max(0, now - lastSuccess);
  const recent = elapsed < 60_000;
  const ago = format.ago(0, elapsed);
  const Icon = reachable ? Wifi : CloudOff;
  return (
    <span className={styles.connection} data-reachable={reachable} role="status">
      <Icon size={16} aria-hidden />
      {download && reachable ? (
        <Trans>
          Loading {download.done} / {download.total}
        </Trans>
      ) : reachable ? (
        recent ? (
          <Trans>Up to date</Trans>
        ) : (
          <Trans>Up to date {ago}</Trans>
        )
      ) : recent ? (
        <Trans>Offline</Trans>
      ) : (
        <Trans>Offline, last reached {ago}</Trans>
      )}
    </span>
  );
}
