import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ArrowLeftRight, Plus } from "lucide-react";
import { Link, useLocation } from "wouter";
import { useMe } from "../../../data/me";
import { type Transfer, usePlaces, useTransfers } from "../../../offline/views";
import { Page } from "../../../ui/Page";
import { Pending } from "../../../ui/Pending";
import { Section } from "../../../ui/Section";
import { Empty, Forbidden, LoadingRows } from "../../../ui/states";
import { useFormat } from "../../../ui/useFormat";
import { ExportButton } from "../../exports/ExportButton";
import { useEscape } from "../useKeys";
import { arriving } from "./arriving";
import styles from "./TransferList.module.css";
import { TransferState } from "./TransferState";

/** The same list as the server has it. */
const OPEN = {
  list: "stockTransfers",
  filter: { status: { in: ["SENT", "PARTLY_RECEIVED"] } },
  order: ["DOCUMENT_ON_DESC"],
};

/** What is between two places: what comes to this warehouse first, then what it has sent. */
export default function TransferList() {
  const { t } = useLingui();
  const { can } = useMe();
  const [, go] = useLocation();
  const { places, first } = usePlaces();
  const transfers = useTransfers();
  useEscape(() => go("/"));
  const back = { href: "/", label: t`Home` };
  if (!can("stock.read")) {
    return (
      <Page title={t`Transfers`} back={back}>
        <Forbidden />
      </Page>
    );
  }
  const here = places.find(({ id }) => id === first);
  const open = (transfers ?? []).filter(({ status }) => status !== "RECEIVED");
  const groups = [
    [t`Coming to ${here?.label ?? ""}`, open.filter((one) => arriving(one, here))],
    [t`Sent from ${here?.label ?? ""}`, open.filter((one) => !arriving(one, here) && one.fromLocationId === here?.id)],
    [t`Between other places`, open.filter((one) => !arriving(one, here) && one.fromLocationId !== here?.id)],
  ] as const;
  return (
    <Page
      title={t`Transfers`}
      back={back}
      aside={<ExportButton wanted={OPEN} />}
      action={
        can("stock.transfer") ? { icon: Plus, label: <Trans>New transfer</Trans>, href: "/transfers/new" } : undefined
      }
    >
      {transfers === undefined ? (
        <LoadingRows rows={4} height={64} />
      ) : open.length === 0 ? (
        <Empty icon={ArrowLeftRight} title={<Trans>Nothing is on its way between warehouses</Trans>}>
          <Trans>What is sent appears here at both ends until it has arrived.</Trans>
        </Empty>
      ) : (
        groups
          .filter(([, some]) => some.length > 0)
          .map(([title, some]) => (
            <Section key={title} title={title}>
              <ul>
                {some.map((transfer) => (
                  <Row key={transfer.id} transfer={transfer} />
                ))}
              </ul>
            </Section>
          ))
      )}
    </Page>
  );
}

function Row({ transfer }: { transfer: Transfer }) {
  const { t } = useLingui();
  const format = useFormat();
  const { places } = usePlaces();
  const nameOf = (id: string) => places.find((place) => place.id === id)?.label ?? t`another warehouse`;
  const lines = transfer.lines.length;
  return (
    <li>
      <Link href={`/transfers/${transfer.id}`} className={styles.row}>
        <span className={styles.way}>
          {nameOf(transfer.fromLocationId)} → {nameOf(transfer.toLocationId)}
        </span>
        <TransferState status={transfer.status} />
        <span className={styles.dim}>
          {transfer.number === "" ? null : `${transfer.number} · `}
          <Plural value={lines} one="# line" other="# lines" />
        </span>
        <span className={styles.dim}>
          {transfer.pending ? <Pending word /> : transfer.documentOn !== "" && format.date(transfer.documentOn)}
        </span>
      </Link>
    </li>
  );
}
