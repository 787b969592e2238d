import { Button, Textarea } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { FileUp, X } from "lucide-react";
import { type RefObject, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useCommand } from "../../data/command";
import { connection } from "../../data/connection";
import { Failed, SignedOut, Unreachable } from "../../data/errors";
import { useStore } from "../../data/store";
import { uuid7 } from "../../data/uuid";
import { Notice } from "../../ui/Notice";
import { CommandNotice } from "../../ui/Refusal";
import { useFormat } from "../../ui/useFormat";
import { BEGIN } from "./import";
import styles from "./imports.module.css";
import { LARGEST, READABLE, upload } from "./upload";

type Sending = { name: string; sent: number; total: number; leaving: AbortController };
type Problem = "empty" | "large" | "unreachable" | "forbidden" | "server";

/** Takes a file by button or drop, or rows as they were copied, and goes on to the import that reads it. */
export function Upload({ input }: { input: RefObject<HTMLInputElement | null> }) {
  const { t } = useLingui();
  const [, go] = useLocation();
  const { reachable } = useStore(connection);
  const [sending, setSending] = useState<Sending>();
  const [problem, setProblem] = useState<Problem>();
  const [over, setOver] = useState(false);
  const begun = useRef<{ importId: string; fileId: string }>(undefined);
  const { state, run } = useCommand(BEGIN);

  const begin = async () => {
    if (begun.current === undefined) return;
    const outcome = await run(begun.current);
    if (outcome?.status === "ACCEPTED") go(`/imports/${begun.current.importId}`);
  };
  const take = async (file: Blob, name: string) => {
    if (sending) return;
    setProblem(file.size === 0 ? "empty" : file.size > LARGEST ? "large" : undefined);
    if (file.size === 0 || file.size > LARGEST) return;
    const leaving = new AbortController();
    setSending({ name, sent: 0, total: file.size, leaving });
    try {
      const told = (sent: number, total: number) => setSending({ name, sent, total, leaving });
      begun.current = { importId: uuid7(), fileId: await upload(file, name, told, leaving.signal) };
      await begin();
    } catch (error) {
      if (!leaving.signal.aborted && !(error instanceof SignedOut)) setProblem(problemOf(error as Error));
    } finally {
      setSending(undefined);
    }
  };

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- who has no mouse to drop with has the button
    <section
      className={styles.upload}
      aria-label={t`Bring in a file`}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const [file] = event.dataTransfer.files;
        if (file) void take(file, file.name);
      }}
    >
      <input
        ref={input}
        type="file"
        hidden
        accept={READABLE}
        aria-label={t`File to bring in`}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          event.currentTarget.value = ""; // the same file again is an upload again
          if (file) void take(file, file.name);
        }}
      />
      {sending ? (
        <Sent sending={sending} />
      ) : (
        <>
          <FileUp size={32} strokeWidth={1.5} aria-hidden />
          <p className={styles.drop}>
            <Trans>Drop a file here, or choose one</Trans>
          </p>
          <p className={styles.note}>
            <Trans>Excel (XLSX, XLS) or CSV, as it is: with title rows, totals, 3箱5个 and all. At most 50 MB.</Trans>
          </p>
          {!reachable && (
            <Notice tone="waits">
              <Trans>Importing needs the network: files are read on the server.</Trans>
            </Notice>
          )}
        </>
      )}
      {problem && <UploadProblem problem={problem} />}
      <CommandNotice state={state} onRepeat={() => void begin()} onReload={() => void begin()} />
      {!sending && <Pasted onTake={(text) => void take(new Blob([text], { type: "text/csv" }), t`Pasted rows.csv`)} />}
    </section>
  );
}

const problemOf = (error: Error): Problem => {
  if (error instanceof Unreachable) return "unreachable";
  if (!(error instanceof Failed)) return "server";
  return error.status === 413 ? "large" : error.status === 403 ? "forbidden" : "server";
};

function Sent({ sending: { name, sent, total, leaving } }: { sending: Sending }) {
  const { t } = useLingui();
  const format = useFormat();
  return (
    <>
      <p className={styles.drop}>{name}</p>
      <progress className={styles.bar} aria-label={t`Progress of the upload`} max={total} value={sent} />
      <p className={styles.note}>
        {format.size(sent)} / {format.size(total)}
      </p>
      <Button variant="default" leftSection={<X size={18} aria-hidden />} onClick={() => leaving.abort()}>
        <Trans>Cancel the upload</Trans>
      </Button>
    </>
  );
}

function UploadProblem({ problem }: { problem: Problem }) {
  return (
    <Notice tone={problem === "unreachable" ? "waits" : "needs"}>
      {problem === "empty" ? (
        <Trans>This file is empty.</Trans>
      ) : problem === "large" ? (
        <Trans>This file is larger than 50 MB. Split it, or copy the sheet that matters into a new file.</Trans>
      ) : problem === "forbidden" ? (
        <Trans>You do not have permission to do this. Ask the owner of the company.</Trans>
      ) : problem === "unreachable" ? (
        <Trans>The server could not be reached, so nothing was brought in. Choose the file again.</Trans>
      ) : (
        <Trans>The server had a fault and did not keep the file. Choose it again.</Trans>
      )}
    </Notice>
  );
}

/** Rows copied in a spreadsheet program are text with tabs, which is read like any file. */
function Pasted({ onTake }: { onTake: (text: string) => void }) {
  const { t } = useLingui();
  const [text, setText] = useState("");
  const rows = text.split("\n").filter((row) => row.trim() !== "").length;
  return (
    <details className={styles.more}>
      <summary>
        <Trans>Or paste rows copied from Excel</Trans>
      </summary>
      <Textarea
        aria-label={t`Rows, with their headings`}
        placeholder={t`Copy the cells with their headings, and paste them here.`}
        autosize
        minRows={4}
        maxRows={12}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button variant="default" disabled={rows < 2} onClick={() => onTake(text)}>
        <Trans>Bring in the pasted rows</Trans>
      </Button>
    </details>
  );
}
