import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { OUTCOME, useCommand } from "../../data/command";
import { graphql } from "../../data/graphql";
import { uuid7 } from "../../data/uuid";
import { CommandNotice } from "../../ui/Refusal";
import { Tabs } from "../../ui/Tabs";
import type { Columns } from "./ExportDialog";
import styles from "./exports.module.css";
import { type Choice, keepChoice, lastChoice, type Wanted } from "./wanted";

const EXPORT = graphql(
  `
    mutation ExportList($id: UUID!, $input: ExportListInput!) {
      outcome: exportList(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

type ExportFormProps = {
  wanted: Wanted;
  columns: Columns;
  language: "ZH" | "EN";
  onBegun: (jobId: string) => void;
};

export function ExportForm({ wanted, columns, language, onBegun }: ExportFormProps) {
  const { t } = useLingui();
  const [choice, setChoice] = useState<Choice>(() => lastChoice(wanted.list));
  const { state, run } = useCommand(EXPORT);
  const usual = columns.filter(({ chosen }) => chosen).map(({ key }) => key);
  const picked = new Set(choice.columns ?? usual);
  const chosen = columns.map(({ key }) => key).filter((key) => picked.has(key)); // of those that may still be seen
  const pick = (keys: readonly string[]) => setChoice({ ...choice, columns: keys });
  const toggle = (key: string) => pick(picked.has(key) ? chosen.filter((other) => other !== key) : [...chosen, key]);
  const begin = async () => {
    keepChoice(wanted.list, choice);
    const jobId = uuid7();
    const outcome = await run({
      jobId,
      list: wanted.list,
      columns: chosen,
      filter: wanted.filter ? JSON.stringify(wanted.filter) : "",
      order: [...(wanted.order ?? [])],
      format: choice.format,
      language,
      keys: choice.keys,
    });
    if (outcome?.status === "ACCEPTED") onBegun((outcome.data as { jobId: string }).jobId);
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void begin();
      }}
    >
      <p className={styles.note}>
        <Trans>All rows that the list shows now, filtered and sorted as it is, with what your role may see.</Trans>
      </p>
      <Tabs
        label={t`Format`}
        value={choice.format}
        onChange={(format) => setChoice({ ...choice, format })}
        tabs={[
          ["XLSX", t`Excel`],
          ["CSV", t`CSV`],
        ]}
      />
      <fieldset>
        <legend className={styles.legend}>
          <Trans>Columns</Trans>
          <span className={styles.note}>
            <Plural value={chosen.length} one="# chosen" other="# chosen" />
          </span>
        </legend>
        <div className={styles.some}>
          <button type="button" onClick={() => pick(columns.map(({ key }) => key))}>
            <Trans>All</Trans>
          </button>
          <button type="button" onClick={() => setChoice({ ...choice, columns: null })}>
            <Trans>The usual ones</Trans>
          </button>
          <button type="button" onClick={() => pick([])}>
            <Trans>None</Trans>
          </button>
        </div>
        <ul className={styles.columns}>
          {columns.map(({ key, heading }) => (
            <li key={key}>
              <label>
                <input type="checkbox" checked={picked.has(key)} onChange={() => toggle(key)} />
                <span>{choice.keys ? key : heading}</span>
              </label>
            </li>
          ))}
        </ul>
      </fieldset>
      <label className={styles.option}>
        <input
          type="checkbox"
          checked={choice.keys}
          onChange={(event) => setChoice({ ...choice, keys: event.currentTarget.checked })}
        />
        <span>{t`For programs: field names as headings, and states as the interface names them`}</span>
      </label>
      <div className={styles.foot}>
        <CommandNotice state={state} onRepeat={() => void begin()} onReload={() => void begin()} />
        <Button type="submit" h={56} loading={state.step === "sending"} disabled={chosen.length === 0} data-main-action>
          <Trans>Export</Trans>
        </Button>
      </div>
    </form>
  );
}
