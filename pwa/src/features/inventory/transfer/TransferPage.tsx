import { Button, Switch } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { PackageCheck } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { compare } from "../../../data/decimal";
import { useMe } from "../../../data/me";
import { after } from "../../../data/progress";
import { uuid7 } from "../../../data/uuid";
import { useOffline } from "../../../offline/commands";
import type { Id } from "../../../offline/types";
import { type Product, type Transfer, usePlaces, useProducts, useQueue, useTransfer } from "../../../offline/views";
import { DocumentPhotos } from "../../../scan/DocumentPhotos";
import { Facts } from "../../../ui/Facts";
import { Notice } from "../../../ui/Notice";
import { Page } from "../../../ui/Page";
import { Pending } from "../../../ui/Pending";
import { ProgressLines, type Words } from "../../../ui/ProgressLines";
import { QueuedNotice } from "../../../ui/QueuedNotice";
import { Empty, Forbidden, LoadingRows } from "../../../ui/states";
import { useFormat } from "../../../ui/useFormat";
import { OrderEntry } from "../../OrderEntry";
import { orderLine } from "../../orderLines";
import orders from "../../orders.module.css";
import { useLineEntry } from "../../useLineEntry";
import { useLineScan } from "../../useLineScan";
import { useEscape } from "../useKeys";
import { TransferState } from "./TransferState";

type Arrivals = ReturnType<typeof useOffline<"inventory.receive_transfer">>;

export default function TransferPage({ id }: { id: Id }) {
  const { t } = useLingui();
  const { can } = useMe();
  const kept = useTransfer(id);
  const [last, setLast] = useState(kept);
  // Once it has arrived it leaves the device; what was done here a moment ago stays on the screen until it is read.
  if (kept && kept !== last) setLast(kept);
  const transfer = kept ?? last;
  const products = useProducts((transfer?.lines ?? []).map(({ productId }) => productId));
  const arrivals = useOffline("inventory.receive_transfer");
  const [, go] = useLocation();
  useEscape(() => go("/transfers"));
  if (can("stock.read") && transfer && transfer.lines.some(({ productId }) => products.has(productId))) {
    return <Arriving transfer={transfer} products={products} arrivals={arrivals} />;
  }
  return (
    <Page title={t`Transfer`} back={{ href: "/transfers", label: t`Back to the transfers` }}>
      {!can("stock.read") ? (
        <Forbidden />
      ) : kept === null ? (
        <Empty
          title={<Trans>This transfer is not on this device</Trans>}
          action={
            <Link href="/transfers">
              <Trans>Show what is on its way</Trans>
            </Link>
          }
        >
          <Trans>
            Open transfers of your warehouses are kept here. One that has arrived is found under the latest moves of its
            products.
          </Trans>
        </Empty>
      ) : (
        <LoadingRows height={64} />
      )}
    </Page>
  );
}

function useWords(): Words {
  const { t } = useLingui();
  return {
    ordered: t`Sent off`,
    done: t`Arrived so far`,
    now: t`Arrives now`,
    complete: <Trans>complete</Trans>,
    none: (quantity) => <Trans>{quantity} on the way</Trans>,
    open: (quantity) => <Trans>{quantity} still on the way</Trans>,
    over: (quantity) => <Trans>{quantity} too many</Trans>,
  };
}

type ArrivingProps = { transfer: Transfer; products: ReadonlyMap<Id, Product>; arrivals: Arrivals };

/** What arrives is a fact: more than was sent is taken in, and what never comes is written off in words. */
function Arriving({ transfer, products, arrivals }: ArrivingProps) {
  const { t } = useLingui();
  const { can } = useMe();
  const format = useFormat();
  const words = useWords();
  const { places, keep } = usePlaces();
  const sending = useQueue().calls.filter(
    ({ name, body, state }) =>
      name === "inventory.send_transfer" && body["transfer_id"] === transfer.id && state !== "accepted",
  );
  const lines = transfer.lines.map((line) =>
    orderLine({ ...line, ordered: line.sent }, line.received, products.get(line.productId)),
  );
  const entry = useLineEntry(lines, { name: `arrival:${transfer.id}`, onTouch: arrivals.clear });
  const [close, setClose] = useState(false);
  const [busy, setBusy] = useState(false);

  const nameOf = (id: Id) => places.find((place) => place.id === id)?.label ?? t`another warehouse`;
  const mine = places.some(({ id }) => id === transfer.toLocationId);
  const receiving = can("stock.transfer") && mine && transfer.status !== "RECEIVED";
  const open = entry.rows.filter(({ progress }) => compare(progress.open, "0") > 0);
  const over = entry.rows.filter(({ progress, now }) => now !== "0" && after(progress, now).state === "over");
  const lost = entry.rows.filter(({ progress, now }) => ["open", "none"].includes(after(progress, now).state));
  const scan = useLineScan(entry.rows, entry.add, receiving);
  const way = `${nameOf(transfer.fromLocationId)} → ${nameOf(transfer.toLocationId)}`;

  const submit = async () => {
    setBusy(true);
    const count = entry.sent.length;
    const kept = await arrivals
      .run(
        { documentId: uuid7(), transferId: transfer.id, lines: entry.sent, close },
        {
          lane: transfer.id,
          dependsOn: sending.map(({ id }) => id),
          label: {
            title: t`Arrival ${way}`,
            detail: transfer.number === "" ? t`lines: ${count}` : t`${transfer.number}, lines: ${count}`,
            href: `/transfers/${transfer.id}`,
          },
        },
      )
      .catch(() => null);
    setBusy(false);
    if (kept === null) return;
    keep(transfer.toLocationId);
    setClose(false);
    entry.clear();
  };

  return (
    <Page
      title={way}
      back={{ href: "/transfers", label: t`Back to the transfers` }}
      chip={
        <>
          <TransferState status={transfer.status} />
          {transfer.pending && <Pending word />}
        </>
      }
      facts={
        transfer.number === "" ? (
          <Trans>The number comes from the server</Trans>
        ) : transfer.documentOn === "" ? (
          transfer.number
        ) : (
          `${transfer.number} · ${format.date(transfer.documentOn)}`
        )
      }
      action={
        receiving
          ? {
              icon: PackageCheck,
              label:
                entry.sent.length > 0 ? (
                  <Plural value={entry.sent.length} one="Take in # line" other="Take in # lines" />
                ) : close ? (
                  <Trans>Close with shortage</Trans>
                ) : (
                  <Trans>Take in</Trans>
                ),
              busy,
              disabled: (entry.sent.length === 0 && !close) || entry.unreadable,
              onAct: () => void submit(),
            }
          : undefined
      }
    >
      <QueuedNotice state={arrivals.state} />
      {scan.notice}
      {over.length > 0 && (
        <Notice tone="waits">
          <Trans>More than was sent. It is taken in as it is, and somebody is asked to look at it:</Trans>{" "}
          {over
            .map(({ line, progress, now }) => {
              const { by } = after(progress, now);
              return `${line.product?.name} ${t`${format.quantity(by)} ${progress.unit} too many`}`;
            })
            .join(", ")}
        </Notice>
      )}
      {!mine && transfer.status !== "RECEIVED" && (
        <Notice tone="open">
          <Trans>It is taken in by {nameOf(transfer.toLocationId)}.</Trans>
        </Notice>
      )}
      {receiving && open.length > 0 && (
        <div className={orders.tools}>
          <Button
            variant="default"
            h={44}
            onClick={() => entry.put(Object.fromEntries(open.map(({ id, progress }) => [id, progress.open])))}
          >
            <Trans>All has come</Trans>
          </Button>
          <Switch
            size="md"
            label={t`Nothing more will come`}
            checked={close}
            onChange={(event) => {
              setClose(event.currentTarget.checked);
              arrivals.clear();
            }}
          />
        </div>
      )}
      {receiving && close && lost.length > 0 && (
        <Notice tone="needs">
          <Trans>Written off as lost on the way:</Trans>{" "}
          {lost
            .map(({ line, progress, now }) => {
              const { by } = after(progress, now);
              return `${line.product?.name} ${format.quantity(by)} ${progress.unit}`;
            })
            .join(", ")}
        </Notice>
      )}
      {receiving ? <OrderEntry entry={entry} words={words} /> : <ProgressLines lines={lines} words={words} />}
      {transfer.note ? <Facts facts={[[t`Note`, transfer.note]]} /> : null}
      <DocumentPhotos documentId={transfer.id} title={transfer.number} href={`/transfers/${transfer.id}`} />
    </Page>
  );
}
