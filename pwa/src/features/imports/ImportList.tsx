import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { FileUp } from "lucide-react";
import { useRef } from "react";
import { useMe } from "../../data/me";
import type { ResultOf } from "../../data/graphql";
import { usePages } from "../../data/usePages";
import { Page } from "../../ui/Page";
import { type Column, Records } from "../../ui/Records";
import { Section } from "../../ui/Section";
import { Forbidden } from "../../ui/states";
import { useFormat } from "../../ui/useFormat";
import { useWide } from "../../ui/useWide";
import { IMPORTS } from "./import";
import styles from "./imports.module.css";
import { Templates } from "./Templates";
import { Upload } from "./Upload";
import { ImportState, useImportWords } from "./words";

const AT_ONCE = 20;

type Row = NonNullable<ResultOf<typeof IMPORTS>["imports"]>["nodes"][number];

/** Bring in a file, and what was brought in before. */
export default function ImportList() {
  const { t } = useLingui();
  const { can } = useMe();
  const wide = useWide();
  const input = useRef<HTMLInputElement>(null);
  const allowed = can("import.run");
  return (
    <Page
      title={t`Imports`}
      {...(!wide && { back: { href: "/me", label: t`Me` } })}
      action={allowed ? { label: t`Choose a file`, icon: FileUp, onAct: () => input.current?.click() } : undefined}
    >
      {allowed ? (
        <>
          <Upload input={input} />
          <Before />
        </>
      ) : (
        <Forbidden />
      )}
    </Page>
  );
}

function Before() {
  const { t } = useLingui();
  const format = useFormat();
  const { kindOf } = useImportWords();
  const pages = usePages(IMPORTS, { first: AT_ONCE }, ({ imports }) => imports);
  const columns: Column<Row>[] = [
    { key: "file", head: t`File`, cell: (row) => row.fileName, wrap: true },
    { key: "kind", head: t`Kind`, cell: (row) => kindOf(row.kind) },
    { key: "state", head: t`State`, cell: (row) => <ImportState status={row.status} /> },
    { key: "counts", head: t`Rows`, cell: (row) => <Counts row={row} />, wrap: true },
    { key: "by", head: t`By`, cell: (row) => row.job?.actorName ?? "—" },
    { key: "at", head: t`When`, cell: (row) => format.moment(row.createdAt) },
  ];
  const none = pages.nodes.length === 0 && !pages.loading && !pages.error;
  return (
    <>
      {!none && (
        <Section title={<Trans>Brought in before</Trans>}>
          <Records
            label={t`Imports`}
            pages={pages}
            columns={columns}
            href={(row) => `/imports/${row.id}`}
            card={(row) => (
              <span className={styles.card}>
                <strong>{row.fileName}</strong>
                <ImportState status={row.status} />
                <span className={styles.note}>
                  {kindOf(row.kind)} · {format.moment(row.createdAt)}
                </span>
                <Counts row={row} />
              </span>
            )}
            empty={null}
          />
        </Section>
      )}
      <Section title={<Trans>What can be brought in</Trans>}>
        <p className={styles.note}>
          <Trans>
            Columns may have other names and any order: they are recognised, and you confirm them before anything is
            written. What is needed stands first.
          </Trans>
        </p>
        <Templates />
      </Section>
    </>
  );
}

/** Of what was checked or run; before that only how long the file is. */
function Counts({ row }: { row: Row }) {
  const parts = [
    { key: "new", count: row.accepted, word: <Plural value={row.accepted} one="# new" other="# new" /> },
    { key: "changed", count: row.changed, word: <Plural value={row.changed} one="# changed" other="# changed" /> },
    {
      key: "unchanged",
      count: row.unchanged,
      word: <Plural value={row.unchanged} one="# unchanged" other="# unchanged" />,
    },
    { key: "refused", count: row.refused, word: <Plural value={row.refused} one="# refused" other="# refused" /> },
  ].filter(({ count }) => count > 0);
  if (parts.length === 0) return <Plural value={row.lines} one="# row" other="# rows" />;
  return (
    <span className={styles.counts}>
      {parts.map(({ key, word }) => (
        <span key={key} data-what={key}>
          {word}
        </span>
      ))}
    </span>
  );
}
