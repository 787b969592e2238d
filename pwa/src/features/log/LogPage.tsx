import { Button, NativeSelect, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Logs } from "lucide-react";
import { useLocation } from "wouter";
import { useMe } from "../../data/me";
import { usePages } from "../../data/usePages";
import { useQuery } from "../../data/useQuery";
import { Page } from "../../ui/Page";
import { type Column, Records } from "../../ui/Records";
import { Empty, Forbidden } from "../../ui/states";
import { useFormat } from "../../ui/useFormat";
import { useSearchParam } from "../../ui/useSearchParam";
import { useWide } from "../../ui/useWide";
import { ExportButton } from "../exports/ExportButton";
import { ENTRIES, type Entry, filterOf, MEMBERS } from "./log";
import styles from "./log.module.css";
import { EntryState, useDoorWords, useLoggedWords } from "./words";

const SYSTEM = "00000000-0000-0000-0000-000000000000";

/** Everything that was done in the company, by whom and through which door; nothing in it can be changed. */
export default function LogPage() {
  const { t } = useLingui();
  const { can } = useMe();
  const wide = useWide(); // there it is in the navigation
  const back = wide ? {} : { back: { href: "/me", label: t`Me` } };
  if (!can("audit.read")) {
    return (
      <Page title={t`Log`} {...back}>
        <Forbidden />
      </Page>
    );
  }
  return <Entries {...back} />;
}

function Entries({ back }: { back?: { href: string; label: string } }) {
  const { t } = useLingui();
  const [, go] = useLocation();
  const wide = useWide();
  const format = useFormat();
  const nameOf = useNames();
  const words = useLoggedWords();
  const doors = useDoorWords();
  const [name, setName] = useSearchParam("command");
  const [actor, setActor] = useSearchParam("actor");
  const [door, setDoor] = useSearchParam("door");
  const [since, setSince] = useSearchParam("since");
  const [until, setUntil] = useSearchParam("until");
  const filter = filterOf({ name, actor, door, since, until });
  const pages = usePages(ENTRIES, { first: 50, filter }, (data) => data.logEntries);
  const any = [name, actor, door, since, until].some((one) => one !== "");
  const columns: Column<Entry>[] = [
    { key: "at", head: t`Time`, cell: (entry) => format.moment(entry.recordedAt) },
    { key: "what", head: t`What`, cell: (entry) => words.of(entry.name), wrap: true },
    { key: "state", head: t`State`, cell: (entry) => <EntryState status={entry.status} /> },
    { key: "who", head: t`Who`, cell: (entry) => nameOf.of(entry.actorId), wrap: true },
    { key: "door", head: t`Way`, cell: (entry) => doors[entry.door] },
    { key: "n", head: t`Seal`, cell: (entry) => entry.n, number: true },
  ];
  const filters = (
    <div className={styles.filters}>
      <NativeSelect
        label={t`What`}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data={[
          { value: "", label: t`Everything` },
          ...Object.entries(words.all).map(([value, label]) => ({ value, label })),
        ]}
      />
      <NativeSelect
        label={t`Who`}
        value={actor}
        onChange={(event) => setActor(event.currentTarget.value)}
        data={[{ value: "", label: t`Everybody` }, ...nameOf.all]}
      />
      <NativeSelect
        label={t`Way`}
        value={door}
        onChange={(event) => setDoor(event.currentTarget.value)}
        data={[
          { value: "", label: t`Every way` },
          ...Object.entries(doors).map(([value, label]) => ({ value, label })),
        ]}
      />
      <TextInput
        type="date"
        label={t`Since`}
        value={since}
        {...(until && { max: until })}
        onChange={(event) => setSince(event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={t`Until`}
        value={until}
        {...(since && { min: since })}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      {any && (
        <Button variant="default" onClick={() => go("/log", { replace: true })}>
          <Trans>Clear the filters</Trans>
        </Button>
      )}
    </div>
  );
  return (
    <Page
      title={t`Log`}
      {...(back && { back })}
      aside={<ExportButton wanted={{ list: "logEntries", filter, order: ["RECORDED_AT_DESC"] }} />}
    >
      {wide ? (
        filters
      ) : (
        <details className={styles.folded} open={any}>
          <summary>
            <Trans>Filters</Trans>
          </summary>
          {filters}
        </details>
      )}
      <Records
        label={t`Log`}
        pages={pages}
        columns={columns}
        card={(entry) => (
          <span className={styles.card}>
            <span className={styles.what}>{words.of(entry.name)}</span>
            <EntryState status={entry.status} />
            <span className={styles.dim}>{[nameOf.of(entry.actorId), doors[entry.door]].join(" · ")}</span>
            <span className={styles.dim}>{format.moment(entry.recordedAt)}</span>
          </span>
        )}
        href={(entry) => `/log/${entry.id}`}
        empty={
          any ? (
            <Empty icon={Logs} title={<Trans>Nothing in the log matches these filters</Trans>} />
          ) : (
            <Empty icon={Logs} title={<Trans>The log is empty</Trans>}>
              <Trans>
                Whatever is done from now on is written here, and sealed so that no one can change it unseen.
              </Trans>
            </Empty>
          )
        }
      />
    </Page>
  );
}

/** The people of the company by their ids. */
export function useNames() {
  const { t } = useLingui();
  const { data } = useQuery(MEMBERS, {});
  const members = data?.members ?? [];
  const names = new Map<string, string>(members.map(({ id, name }) => [id, name]));
  names.set(SYSTEM, t`the system`);
  return {
    all: [...names].map(([value, label]) => ({ value, label })),
    of: (id: string) => names.get(id) ?? (data ? t`somebody who has left` : "…"),
  };
}
