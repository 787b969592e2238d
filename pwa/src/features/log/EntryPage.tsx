import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { useParams } from "wouter";
import { useMe } from "../../data/me";
import { useQuery } from "../../data/useQuery";
import { Facts } from "../../ui/Facts";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { useRefusalWords } from "../../ui/Refusal";
import { Section } from "../../ui/Section";
import { Empty, Forbidden, LoadingRows, ProblemState } from "../../ui/states";
import { useFormat } from "../../ui/useFormat";
import { type Changed, Changes } from "../Changes";
import { asList } from "../imports/import";
import { type Entry, ONE_ENTRY } from "./log";
import styles from "./log.module.css";
import { useNames } from "./LogPage";
import { EntryState, useDoorWords, useLoggedWords } from "./words";

/** One entry of the log: what was asked and what was answered, as far as it may be seen. */
export default function EntryPage() {
  const { t } = useLingui();
  const { id = "" } = useParams();
  const { can } = useMe();
  const words = useLoggedWords();
  const { data, error, reload } = useQuery(ONE_ENTRY, { id });
  const entry = data?.logEntries?.nodes[0];
  const back = { href: "/log", label: t`Log` };
  if (!can("audit.read") || (data && data.logEntries === null)) {
    return (
      <Page title={t`Log`} back={back}>
        <Forbidden />
      </Page>
    );
  }
  if (!data) {
    return (
      <Page title={t`Log`} back={back}>
        {error ? <ProblemState error={error} onRetry={() => void reload()} /> : <LoadingRows />}
      </Page>
    );
  }
  if (!entry) {
    return (
      <Page title={t`Log`} back={back}>
        <Empty title={<Trans>There is no such entry in the log</Trans>} />
      </Page>
    );
  }
  return (
    <Page title={words.of(entry.name)} back={back} chip={<EntryState status={entry.status} />}>
      <Told entry={entry} />
    </Page>
  );
}

function Told({ entry }: { entry: Entry & { body: string | null; outcome: string | null } }) {
  const { t } = useLingui();
  const format = useFormat();
  const nameOf = useNames();
  const doors = useDoorWords();
  const refusal = useRefusalWords();
  const body = read(entry.body);
  const outcome = read(entry.outcome);
  const changed = changedIn(body, outcome);
  return (
    <>
      <Facts
        facts={[
          [t`Who`, nameOf.of(entry.actorId)],
          [t`Way`, doors[entry.door]],
          [t`Happened`, format.moment(entry.occurredAt)],
          [t`Recorded`, format.moment(entry.recordedAt)],
          [t`Seal`, entry.n ?? t`not sealed yet`],
          [t`Command`, <code key="command">{entry.name}</code>],
        ]}
      />
      {entry.status === "REFUSED" && (
        <Notice tone="waits">{refusal({ code: entry.code, details: outcome.data }).sentence}</Notice>
      )}
      {entry.body === null ? (
        <Notice tone="open">
          <Trans>
            The content was erased, as somebody it told of had asked. That the entry was there stays sealed.
          </Trans>
        </Notice>
      ) : (
        <>
          {changed.length > 0 && (
            <Section title={t`What changed`}>
              <ul className={styles.changed}>
                {changed.map(({ key, name, changes }) => (
                  <li key={key}>
                    <strong>{name}</strong>
                    <Changes changes={changes} label={t`As it was and as it became: ${name}`} />
                  </li>
                ))}
              </ul>
            </Section>
          )}
          <Section title={t`What was asked`}>
            <Tree value={body} />
          </Section>
          <Section title={t`What was answered`}>
            <Tree value={withoutChanges(outcome)} />
          </Section>
          <p className={styles.dim}>
            <Trans>Fields that your role does not show are left out.</Trans>
          </p>
        </>
      )}
    </>
  );
}

type Fields = Record<string, unknown>;

const read = (text: string | null) => JSON.parse(text ?? "{}") as Fields;
const isThere = (value: unknown) =>
  value !== null && value !== "" && !(typeof value === "object" && Object.keys(value as object).length === 0);

type Details = Fields & { changes?: Changed };
type Answered = { key: string; details?: Details };

/** Records that were there before, by what they were called then and with what became of them. */
function changedIn(body: Fields, outcome: Fields): { key: string; name: string; changes: Changed }[] {
  const asked = asList<Fields>(body["records"]);
  return asList<Answered>(outcome["records"]).flatMap(({ key, details }, place) => {
    if (!details?.changes) return [];
    const { name = key, sku, code } = asked[place] ?? {};
    const known = details.changes["name"]?.[0] ?? name;
    return [{ key, name: [sku ?? code, known].filter(isThere).join(" · "), changes: details.changes }];
  });
}

/** What was answered, but for what is told above it. */
function withoutChanges({ records, ...answer }: Fields): Fields {
  if (!Array.isArray(records)) return answer;
  return {
    ...answer,
    records: asList<Answered>(records).map(({ details: { changes: _changes, ...details } = {}, ...one }) => ({
      ...one,
      details,
    })),
  };
}

/** JSON as people read it: what is empty is left out. */
function Tree({ value }: { value: unknown }): ReactNode {
  const { t } = useLingui();
  if (typeof value === "boolean") return value ? t`Yes` : t`No`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) {
    return (
      <ol className={styles.items}>
        {value.map((item, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- what is in the log does not change
          <li key={index}>
            <Tree value={item} />
          </li>
        ))}
      </ol>
    );
  }
  const fields = Object.entries(value as Fields).filter(([, found]) => isThere(found));
  if (fields.length === 0) return <Trans>nothing</Trans>;
  return (
    <dl className={styles.fields}>
      {fields.map(([name, found]) => (
        <div key={name} data-deep={typeof found === "object" || undefined}>
          <dt>{name.replaceAll("_", " ")}</dt>
          <dd>
            <Tree value={found} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
