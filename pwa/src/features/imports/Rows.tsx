import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { useCommand } from "../../data/command";
import { type Pages, usePages } from "../../data/usePages";
import { useDirty } from "../../app/update";
import { More } from "../../ui/Records";
import { CommandNotice } from "../../ui/Refusal";
import { LoadingRows, ProblemState } from "../../ui/states";
import { Tabs } from "../../ui/Tabs";
import { asList, CHOOSE, CORRECT, type Decision, isBusy, type Proposal, type Row, ROWS } from "./import";
import type { StepProps } from "./ImportPage";
import styles from "./imports.module.css";
import { RowCard } from "./RowCard";
import { useAgain, useToLookAt } from "./useToLookAt";

const AT_ONCE = 25;

type View = "all" | "refused" | "proposed" | "changed" | "warned";

const FILTERS: Record<View, object> = {
  all: {},
  refused: { status: { eq: "REFUSED" } },
  proposed: { proposed: { eq: true } },
  changed: { status: { eq: "CHANGED" } },
  warned: { status: { ne: "REFUSED" }, code: { isNull: false } },
};

/** Line → field → what was typed. */
type Edits = ReadonlyMap<number, Readonly<Record<string, string>>>;

type RowsProps = StepProps & { onCorrecting: () => void };

/** The rows that somebody has to look at: why, what would change, what they may be; corrected where they stand. */
export function Rows({ about, reload, onCorrecting }: RowsProps) {
  const { t } = useLingui();
  const busy = isBusy(about);
  const [view, setView] = useState<View>("all");
  const [edits, setEdits] = useState<Edits>(new Map());
  const filter = { importId: { eq: about.id }, ...FILTERS[view] };
  const pages = usePages(ROWS, { first: AT_ONCE, filter }, ({ importRows }) => importRows);
  useAgain(about, pages.reload);
  const counts = useToLookAt(about);
  const correct = useCommand(CORRECT);
  const choose = useCommand(CHOOSE);
  useDirty(edits.size > 0);
  const edit = (line: number, field: string, value: string) =>
    setEdits(new Map(edits).set(line, { ...edits.get(line), [field]: value }));
  const send = async () => {
    const rows = [...edits].map(([line, values]) => ({
      line,
      values: Object.entries(values).map(([field, value]) => ({ field, value })),
    }));
    const outcome = await correct.run({ importId: about.id, rows });
    if (outcome?.status !== "ACCEPTED") return;
    setEdits(new Map());
    onCorrecting();
    reload();
  };
  const decide = async (rows: readonly Row[], what: Decision, id?: string) => {
    const said = rows.flatMap((row) => {
      const entityId = what === "same" ? (id ?? asList<Proposal>(row.proposals).find((one) => one.id)?.id) : null;
      return entityId === undefined ? [] : [{ line: row.line, entityId, leaveOut: what === "out" }];
    });
    const outcome = said.length > 0 && (await choose.run({ importId: about.id, rows: said }));
    if (!outcome || outcome.status !== "ACCEPTED") return;
    onCorrecting();
    reload();
  };

  const words: Record<View, string> = {
    all: t`All to look at`,
    refused: t`Refused`,
    proposed: t`Maybe the same`,
    changed: t({ message: "Changed", context: "record" }),
    warned: t`With a warning`,
  };
  const views = (["all", "refused", "proposed", "changed", "warned"] as const).filter(
    (one) => one === "all" || one === view || counts[one] > 0,
  );
  const open = view === "proposed" ? pages.nodes.filter(({ proposed }) => proposed) : [];
  return (
    <form
      className={styles.step}
      onSubmit={(event) => {
        event.preventDefault();
        if (edits.size > 0 && !busy) void send();
      }}
    >
      {views.length > 1 && (
        <Tabs
          label={t`Which rows`}
          value={view}
          onChange={setView}
          tabs={views.map((one) => [one, one === "all" ? words.all : `${words[one]} ${counts[one]}`])}
        />
      )}
      {open.length > 1 && (
        <AllAlike
          rows={open}
          busy={busy || choose.state.step === "sending"}
          onDecide={(what) => void decide(open, what)}
        />
      )}
      <CommandNotice
        state={choose.state}
        onRepeat={() => void choose.run({ importId: about.id, rows: [] })}
        onReload={reload}
      />
      <Listed pages={pages}>
        {pages.nodes.map((row) => (
          <RowCard
            key={row.id}
            row={row}
            about={about}
            edits={edits.get(row.line) ?? {}}
            busy={busy}
            onEdit={(field, value) => edit(row.line, field, value)}
            onDecide={(what, id) => void decide([row], what, id)}
          />
        ))}
      </Listed>
      <CommandNotice state={correct.state} onRepeat={() => void send()} onReload={reload} />
      {edits.size > 0 && (
        <div className={styles.corrected}>
          <Button type="submit" h={56} loading={correct.state.step === "sending"} disabled={busy}>
            <Plural value={edits.size} one="Check # corrected row" other="Check # corrected rows" />
          </Button>
          <Button variant="default" h={56} onClick={() => setEdits(new Map())}>
            <Trans>Discard the corrections</Trans>
          </Button>
        </div>
      )}
    </form>
  );
}

type AllAlikeProps = { rows: readonly Row[]; busy: boolean; onDecide: (what: Decision) => void };

/** One answer for all rows that are shown. */
function AllAlike({ rows, busy, onDecide }: AllAlikeProps) {
  const known = rows.filter((row) => asList<Proposal>(row.proposals).some((one) => one.id)).length;
  return (
    <div className={styles.ways}>
      {known > 0 && (
        <Button variant="default" disabled={busy} onClick={() => onDecide("same")}>
          <Plural value={known} one="# is the same as proposed" other="All # are the same as proposed" />
        </Button>
      )}
      <Button variant="default" disabled={busy} onClick={() => onDecide("new")}>
        <Plural value={rows.length} one="# is another one" other="All # are other ones" />
      </Button>
    </div>
  );
}

type ListedProps = { pages: Pages<Row>; children: ReactNode };

function Listed({ pages, children }: ListedProps) {
  const { t } = useLingui();
  if (pages.nodes.length === 0) {
    if (pages.error) return <ProblemState error={pages.error} onRetry={pages.reload} />;
    if (pages.loading) return <LoadingRows rows={3} height={96} />;
    return (
      <p className={styles.note}>
        <Trans>No row needs a look.</Trans>
      </p>
    );
  }
  return (
    <>
      <ul className={styles.rows} aria-label={t`Rows`} aria-busy={pages.loading}>
        {children}
      </ul>
      <More pages={pages} />
    </>
  );
}
