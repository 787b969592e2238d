import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ClipboardList, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link, useLocation } from "wouter";
import { useMe } from "../../../data/me";
import type { Draft } from "../../../offline/drafts";
import { Page } from "../../../ui/Page";
import { Section } from "../../../ui/Section";
import { Empty, Forbidden, LoadingRows } from "../../../ui/states";
import { StateChip } from "../../../ui/StateChip";
import { useFormat } from "../../../ui/useFormat";
import { useEscape } from "../useKeys";
import styles from "./CountList.module.css";
import { type CountSheet, type Fate, isOver, progressOf } from "./sheet";
import { useFates, useSheets } from "./sheets";

export default function CountList() {
  const { t } = useLingui();
  const { can } = useMe();
  const [, go] = useLocation();
  const sheets = useSheets();
  useEscape(() => go("/"));
  const begun = sheets?.filter(({ body }) => body.handedInAt === null);
  const left = sheets?.filter(({ body }) => body.handedInAt !== null) ?? [];
  const fates = useFates(left);
  const [now] = useState(Date.now);
  const handedIn = left.filter(({ id, body }) => {
    const fate = fates?.get(id)?.fate;
    return fate !== undefined && !isOver(body, fate, now);
  });
  const back = { href: "/", label: t`Home` };
  if (!can("stock.count")) {
    return (
      <Page title={t`Counts`} back={back}>
        <Forbidden />
      </Page>
    );
  }
  return (
    <Page title={t`Counts`} back={back} action={{ icon: Plus, label: <Trans>New count</Trans>, href: "/counts/new" }}>
      {begun === undefined ? (
        <LoadingRows rows={4} height={64} />
      ) : begun.length === 0 ? (
        <Empty icon={ClipboardList} title={<Trans>No count is begun</Trans>}>
          <Trans>
            Count a warehouse or a part of it, with or without a network. A sheet stays on this device until you hand it
            in.
          </Trans>
        </Empty>
      ) : (
        <Sheets sheets={begun} />
      )}
      {handedIn.length > 0 && (
        <Section title={<Trans>Handed in</Trans>}>
          <Sheets sheets={handedIn} fates={fates} />
        </Section>
      )}
    </Page>
  );
}

type SheetsProps = { sheets: Draft<CountSheet>[]; fates?: ReturnType<typeof useFates> };

function Sheets({ sheets, fates }: SheetsProps) {
  const format = useFormat();
  return (
    <ul className={styles.sheets}>
      {sheets.map(({ id, body }) => {
        const { counted, total } = progressOf(body);
        return (
          <li key={id}>
            <Link href={`/counts/${id}`} className={styles.sheet}>
              <span className={styles.place}>
                {body.placeName}
                {body.part !== "" && ` · ${body.part}`}
              </span>
              <SheetState sheet={body} fate={fates?.get(id)?.fate} />
              <span className={styles.dim}>
                {body.list === null ? (
                  <Plural value={counted} one="# product counted" other="# products counted" />
                ) : (
                  <Trans>
                    {counted} of {total} counted
                  </Trans>
                )}
                {body.blind && (
                  <>
                    {" · "}
                    <Trans>blind</Trans>
                  </>
                )}
              </span>
              <time className={styles.dim} dateTime={body.startedAt}>
                {format.moment(body.handedInAt ?? body.startedAt)}
              </time>
              {body.handedInAt === null && body.list !== null && total > 0 && (
                <progress className={styles.progress} max={total} value={counted} aria-hidden />
              )}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

/** Where a sheet is: worked on, waiting on this device, refused, booked, or taken out. */
export function SheetState({ sheet, fate }: { sheet: CountSheet; fate: Fate | undefined }) {
  if (sheet.handedInAt === null) {
    return (
      <StateChip tone="draft">
        <Trans>In progress</Trans>
      </StateChip>
    );
  }
  return fate && FATES[fate];
}

const FATES: Readonly<Record<Fate, ReactNode>> = {
  way: (
    <StateChip tone="waits">
      <Trans>On its way</Trans>
    </StateChip>
  ),
  stuck: (
    <StateChip tone="needs">
      <Trans>Refused</Trans>
    </StateChip>
  ),
  booked: (
    <StateChip tone="done">
      <Trans>Booked</Trans>
    </StateChip>
  ),
  partly: (
    <StateChip tone="needs">
      <Trans>Partly booked</Trans>
    </StateChip>
  ),
  discarded: (
    <StateChip tone="off">
      <Trans>Not booked: discarded</Trans>
    </StateChip>
  ),
  unknown: (
    <StateChip tone="off">
      <Trans>Handed in</Trans>
    </StateChip>
  ),
};
