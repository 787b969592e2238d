import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { PackageCheck } from "lucide-react";
import { useState } from "react";
import { add, read } from "../../data/decimal";
import { graphql, type ResultOf } from "../../data/graphql";
import { useMe } from "../../data/me";
import { after, entered, progressOf, toSend } from "../../data/progress";
import { OUTCOME, useCommand } from "../../data/command";
import { useQuery } from "../../data/useQuery";
import { uuid7 } from "../../data/uuid";
import { Facts } from "../../ui/Facts";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { ProgressLines, type Words } from "../../ui/ProgressLines";
import { Money } from "../../ui/Quantity";
import { CommandNotice, useFieldProblems } from "../../ui/Refusal";
import { ScanHint } from "../../ui/ScanHint";
import { Empty, Forbidden, LoadingRows, ProblemState } from "../../ui/states";
import { useFormat } from "../../ui/useFormat";
import { placeName, usePlaces, WarehouseSelect } from "../masterdata/WarehouseSelect";
import styles from "../orders.module.css";
import { PurchaseOrderState } from "./OrderState";
import { useLineScan } from "../useLineScan";

const ORDER = graphql(`
  query PurchaseOrder($id: ID!, $price: Boolean!) {
    purchaseOrder(id: $id) {
      id
      number
      status
      documentOn
      expectedOn
      note
      total @include(if: $price)
      partner {
        name
      }
      location {
        id
        name
        warehouse {
          name
        }
      }
      lines {
        id
        numerator
        denominator
        ordered
        received
        unit {
          id
          name
          decimals
        }
        product {
          id
          sku
          name
          spec
          unit {
            id
            name
            decimals
          }
        }
      }
    }
  }
`);

const RECORD_RECEIPT = graphql(
  `
    mutation RecordReceipt($id: UUID!, $input: RecordReceiptInput!) {
      outcome: recordReceipt(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

type Order = NonNullable<ResultOf<typeof ORDER>["purchaseOrder"]>;

export default function PurchaseOrderPage({ id }: { id: string }) {
  const { t } = useLingui();
  const { can } = useMe();
  const { data, error, forbidden, reload } = useQuery(ORDER, { id, price: can("purchase.price") });
  if (data?.purchaseOrder) return <Receive order={data.purchaseOrder} reload={reload} />;
  return (
    <Page title={t`Purchase order`} back={{ href: "/purchase-orders", label: t`Back to the purchase orders` }}>
      {error ? (
        <ProblemState error={error} onRetry={() => void reload()} />
      ) : !data ? (
        <LoadingRows height={64} />
      ) : forbidden?.includes("purchaseOrder") ? (
        <Forbidden />
      ) : (
        <Empty title={<Trans>This order does not exist, or is not yours to see.</Trans>} />
      )}
    </Page>
  );
}

/** Goods that are here are a fact: more than was ordered is said in words and taken in all the same. */
function Receive({ order, reload }: { order: Order; reload: () => Promise<void> }) {
  const { t } = useLingui();
  const { can } = useMe();
  const format = useFormat();
  const { places, keep } = usePlaces();
  const { state, run, clear } = useCommand(RECORD_RECEIPT);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [place, setPlace] = useState(order.location?.id ?? "");
  const [received, setReceived] = useState<number | null>(null);

  const lines = (order.lines ?? []).map((line) => ({ ...line, done: line.received }));
  const rows = lines.map((line) => {
    const progress = progressOf(line);
    const entry = entered(typed[line.id] ?? "", progress);
    return { id: line.id, line, progress, entry, now: "quantity" in entry ? entry.quantity : "0" };
  });
  const delivered = toSend(rows);
  const over = rows.filter(({ progress, now }) => after(progress, now).state === "over" && now !== "0");
  const unreadable = rows.some(({ entry }) => "problem" in entry);
  const open = order.status === "OPEN" || order.status === "PARTLY_RECEIVED";
  const receiving = can("purchase.receive") && order.status !== "CANCELLED";
  const locked = state.step === "sending" || state.step === "unanswered";

  const problems = useFieldProblems(state.step === "answered" ? state.outcome : null);
  const refused = Object.fromEntries(
    problems.flatMap(({ line, message }) => {
      const id = line === null ? undefined : delivered[line]?.lineId;
      return id === undefined ? [] : [[id, message]];
    }),
  );

  const type = (line: string, meaning: (before: string) => string) => {
    setTyped((before) => ({ ...before, [line]: meaning(before[line] ?? "") }));
    setReceived(null);
    clear();
  };

  const scan = useLineScan(
    rows,
    (line, added) => type(line, (before) => add(read(before) ?? "0", added)),
    receiving && !locked,
  );

  const submit = async () => {
    const outcome = await run({ documentId: uuid7(), orderId: order.id, locationId: place, lines: delivered });
    if (outcome?.status !== "ACCEPTED") return;
    keep(place);
    setReceived(delivered.length);
    setTyped({});
    await reload();
  };

  const words: Words = {
    done: t`Received`,
    now: t`This time`,
    complete: <Trans>complete</Trans>,
    none: (quantity) => <Trans>{quantity} to come</Trans>,
    open: (quantity) => <Trans>{quantity} still to come</Trans>,
    over: (quantity) => <Trans>{quantity} too many</Trans>,
  };

  return (
    <Page
      title={order.partner?.name ?? order.number}
      back={{ href: "/purchase-orders", label: t`Back to the purchase orders` }}
      chip={<PurchaseOrderState status={order.status} />}
      facts={
        order.expectedOn
          ? t`${order.number} · expected ${format.date(order.expectedOn)}`
          : `${order.number} · ${format.date(order.documentOn)}`
      }
      action={
        receiving
          ? {
              icon: PackageCheck,
              label:
                delivered.length === 0 ? (
                  <Trans>Confirm receipt</Trans>
                ) : (
                  <Plural value={delivered.length} one="Confirm receipt of # line" other="Confirm receipt of # lines" />
                ),
              busy: state.step === "sending",
              disabled: delivered.length === 0 || unreadable || locked || place === "",
              onAct: () => void submit(),
            }
          : undefined
      }
    >
      {received !== null && (
        <Notice tone="done">
          <Plural value={received} one="Receipt of # line booked." other="Receipt of # lines booked." />{" "}
          {order.status === "RECEIVED" && <Trans>The order is complete.</Trans>}
        </Notice>
      )}
      <CommandNotice state={state} onRepeat={() => void submit()} onReload={() => void reload()} />
      {scan.notice}
      {over.length > 0 && (
        <Notice tone="waits">
          <Trans>More than was ordered. It is taken in as it is, and a discrepancy is opened for the buyer:</Trans>{" "}
          {over
            .map(({ line, progress, now }) => {
              const { by } = after(progress, now);
              return `${line.product?.name} ${t`${format.quantity(by)} ${progress.unit} too many`}`;
            })
            .join(", ")}
        </Notice>
      )}
      {receiving ? (
        <div className={styles.tools}>
          <WarehouseSelect places={places} value={place} onChange={setPlace} disabled={locked} />
          {open && (
            <Button
              variant="default"
              disabled={locked}
              onClick={() =>
                setTyped(
                  Object.fromEntries(
                    rows.filter(({ progress }) => progress.open !== "0").map(({ id, progress }) => [id, progress.open]),
                  ),
                )
              }
            >
              <Trans>All has come</Trans>
            </Button>
          )}
        </div>
      ) : (
        <Facts
          facts={[
            [t`To warehouse`, order.location && placeName(order.location)],
            [t`Date`, format.date(order.documentOn)],
          ]}
        />
      )}
      <ProgressLines
        lines={lines}
        words={words}
        {...(receiving && {
          typed,
          onType: (line: string, text: string) => type(line, () => text),
          refused,
          disabled: locked,
        })}
      />
      {receiving && <ScanHint />}
      {can("purchase.price") && order.total != null && (
        <p className={styles.total}>
          <Trans>Total</Trans> <Money value={order.total} strong />
        </p>
      )}
      {order.note ? <Facts facts={[[t`Note`, order.note]]} /> : null}
    </Page>
  );
}
