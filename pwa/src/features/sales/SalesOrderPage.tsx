import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Stamp, Truck } from "lucide-react";
import { useCallback, useState } from "react";
import { add, compare, type Decimal, read, wholeFromStockUnit } from "../../data/decimal";
import { request } from "../../data/client";
import { graphql, type ResultOf } from "../../data/graphql";
import { useMe } from "../../data/me";
import { after, entered, progressOf, toSend } from "../../data/progress";
import { OUTCOME, useCommand } from "../../data/command";
import { useLoad } from "../../data/useLoad";
import { uuid7 } from "../../data/uuid";
import { Facts } from "../../ui/Facts";
import { Notice } from "../../ui/Notice";
import { type Action, Page } from "../../ui/Page";
import { ProgressLines, type Words } from "../../ui/ProgressLines";
import { Money } from "../../ui/Quantity";
import { CommandNotice, useFieldProblems } from "../../ui/Refusal";
import { ScanHint } from "../../ui/ScanHint";
import { Empty, Forbidden, LoadingRows, ProblemState } from "../../ui/states";
import { useFormat } from "../../ui/useFormat";
import { availability } from "../inventory/availability";
import { placeName } from "../masterdata/WarehouseSelect";
import styles from "../orders.module.css";
import { useLineScan } from "../useLineScan";
import { SalesOrderState } from "./OrderState";

const ORDER = graphql(`
  query SalesOrder($id: ID!, $price: Boolean!) {
    salesOrder(id: $id) {
      id
      number
      status
      documentOn
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
        shipped
        reserved
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
          kind
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

const CONFIRM = graphql(
  `
    mutation ConfirmSalesOrder($id: UUID!, $input: ConfirmSalesOrderInput!) {
      outcome: confirmSalesOrder(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

const SHIP = graphql(
  `
    mutation ShipSalesOrder($id: UUID!, $input: ShipSalesOrderInput!) {
      outcome: shipSalesOrder(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

type Line = NonNullable<NonNullable<ResultOf<typeof ORDER>["salesOrder"]>["lines"]>[number];
type Order = Omit<NonNullable<ResultOf<typeof ORDER>["salesOrder"]>, "lines"> & {
  /** With what can leave for this order: what nobody else was promised, and what is reserved for it. */
  lines: (Line & { done: Decimal; available?: Decimal })[];
};

async function loadOrder(id: string, price: boolean, stock: boolean, signal?: AbortSignal) {
  const { data, forbidden } = await request(ORDER, { id, price }, signal);
  const order = data.salesOrder;
  if (!order) return { order: null, forbidden: forbidden.includes("salesOrder") };
  const lines = order.lines ?? [];
  const goods = lines.flatMap(({ product }) => (product?.kind === "GOODS" ? [product.id] : []));
  const levels = stock && order.location ? await availability(order.location.id, goods, signal) : null;
  return {
    order: {
      ...order,
      lines: lines.map((line) => ({
        ...line,
        done: line.shipped,
        ...(levels &&
          line.product?.kind === "GOODS" && { available: add(levels.get(line.product.id) ?? "0", line.reserved) }),
      })),
    },
    forbidden: false,
  };
}

type OrderProps = { order: Order; booked: React.ReactNode; reload: () => Promise<void> };

export default function SalesOrderPage({ id }: { id: string }) {
  const { t } = useLingui();
  const { can } = useMe();
  const [price, stock] = [can("sales.price"), can("stock.read")];
  const load = useCallback((signal?: AbortSignal) => loadOrder(id, price, stock, signal), [id, price, stock]);
  const { value, error, reload } = useLoad(load);
  const [shipped, setShipped] = useState(0);
  if (value?.order) {
    const { order } = value;
    const booked = shipped > 0 && (
      <Notice tone="done">
        <Plural value={shipped} one="Shipment of # line booked." other="Shipment of # lines booked." />
      </Notice>
    );
    const shipping = order.status === "CONFIRMED" || order.status === "PARTLY_SHIPPED";
    if (shipping && can("sales.ship")) {
      return <Ship order={order} booked={booked} reload={reload} onShipped={setShipped} />;
    }
    if (order.status === "DRAFT" && can("sales.order"))
      return <Confirm order={order} booked={booked} reload={reload} />;
    return <OrderPage order={order} notices={booked} />;
  }
  return (
    <Page title={t`Sales order`} back={{ href: "/sales-orders", label: t`Back to the sales orders` }}>
      {error ? (
        <ProblemState error={error} onRetry={() => void reload()} />
      ) : !value ? (
        <LoadingRows height={64} />
      ) : value.forbidden ? (
        <Forbidden />
      ) : (
        <Empty title={<Trans>This order does not exist, or is not yours to see.</Trans>} />
      )}
    </Page>
  );
}

function useWords(): Words {
  const { t } = useLingui();
  return {
    done: t`Shipped`,
    now: t`This time`,
    complete: <Trans>complete</Trans>,
    none: (quantity) => <Trans>{quantity} to ship</Trans>,
    open: (quantity) => <Trans>{quantity} on backorder</Trans>,
    over: (quantity) => <Trans>{quantity} more than ordered</Trans>,
  };
}

type OrderPageProps = {
  order: Order;
  action?: Action;
  notices?: React.ReactNode;
  tools?: React.ReactNode;
  children?: React.ReactNode;
};

function OrderPage({ order, action, notices, tools, children }: OrderPageProps) {
  const { t } = useLingui();
  const format = useFormat();
  const words = useWords();
  return (
    <Page
      title={order.partner?.name ?? order.number}
      back={{ href: "/sales-orders", label: t`Back to the sales orders` }}
      chip={<SalesOrderState status={order.status} />}
      facts={[order.number, format.date(order.documentOn), order.location && placeName(order.location)]
        .filter(Boolean)
        .join(" · ")}
      action={action}
    >
      {notices}
      {tools}
      {children ?? <ProgressLines lines={order.lines} words={words} />}
      {order.total != null && (
        <p className={styles.total}>
          <Trans>Total</Trans> <Money value={order.total} strong />
        </p>
      )}
      {order.note ? <Facts facts={[[t`Note`, order.note]]} /> : null}
    </Page>
  );
}

function Confirm({ order, booked, reload }: OrderProps) {
  const { state, run } = useCommand(CONFIRM);
  const short = order.lines.filter((line) => line.available !== undefined && compare(line.available, line.ordered) < 0);
  const confirm = async (reserve: "ALL" | "AVAILABLE") => {
    const outcome = await run({ orderId: order.id, reserve });
    if (outcome?.status === "ACCEPTED") await reload();
  };
  const sending = state.step === "sending";
  const reserve = short.length > 0 ? "AVAILABLE" : "ALL";
  return (
    <OrderPage
      order={order}
      action={{
        icon: Stamp,
        label: <Trans>Confirm order</Trans>,
        busy: sending,
        disabled: state.step === "unanswered",
        onAct: () => void confirm(reserve),
      }}
      notices={
        <>
          {booked}
          <CommandNotice state={state} onRepeat={() => void confirm(reserve)} onReload={() => void reload()} />
          {short.length > 0 && (
            <Notice tone="waits">
              <Plural
                value={short.length}
                one="# line is not fully in stock. Confirming reserves what is here; the rest goes on backorder."
                other="# lines are not fully in stock. Confirming reserves what is here; the rest goes on backorder."
              />
            </Notice>
          )}
        </>
      }
    />
  );
}

type ShipProps = OrderProps & { onShipped: (lines: number) => void };

function Ship({ order, booked, reload, onShipped }: ShipProps) {
  const lines = order.lines;
  const { state, run, clear } = useCommand(SHIP);
  const words = useWords();
  const [typed, setTyped] = useState(() => suggested(lines));

  const rows = lines.map((line) => {
    const progress = progressOf(line);
    const entry = entered(typed[line.id] ?? "", progress);
    return { id: line.id, line, progress, entry, now: "quantity" in entry ? entry.quantity : "0" };
  });
  const leaving = toSend(rows);
  const unreadable = rows.some(({ entry }) => "problem" in entry);
  const over = rows.some(({ progress, now }) => after(progress, now).state === "over");
  const backorder = rows.filter(({ progress, now }) => ["open", "none"].includes(after(progress, now).state)).length;
  const locked = state.step === "sending" || state.step === "unanswered";
  const problems = useFieldProblems(state.step === "answered" ? state.outcome : null);
  const refused = Object.fromEntries(
    problems.flatMap(({ line, message }) => {
      const id = line === null ? undefined : leaving[line]?.lineId;
      return id === undefined ? [] : [[id, message]];
    }),
  );

  const type = (line: string, meaning: (before: string) => string) => {
    setTyped((before) => ({ ...before, [line]: meaning(before[line] ?? "") }));
    onShipped(0);
    clear();
  };

  const scan = useLineScan(rows, (line, added) => type(line, (before) => add(read(before) ?? "0", added)), !locked);

  const submit = async () => {
    const outcome = await run({ documentId: uuid7(), orderId: order.id, lines: leaving });
    if (outcome?.status !== "ACCEPTED") return;
    onShipped(leaving.length);
    setTyped({});
    await reload();
  };

  return (
    <OrderPage
      order={order}
      action={{
        icon: Truck,
        label:
          leaving.length === 0 ? (
            <Trans>Ship</Trans>
          ) : (
            <Plural value={leaving.length} one="Ship # line" other="Ship # lines" />
          ),
        busy: state.step === "sending",
        disabled: leaving.length === 0 || unreadable || over || locked,
        onAct: () => void submit(),
      }}
      notices={
        <>
          {booked}
          <CommandNotice state={state} onRepeat={() => void submit()} onReload={() => void reload()} />
          {scan.notice}
          {leaving.length > 0 && backorder > 0 && (
            <Notice tone="open">
              <Plural
                value={backorder}
                one="# line stays open and is shipped later as a backorder."
                other="# lines stay open and are shipped later as a backorder."
              />
            </Notice>
          )}
        </>
      }
      tools={
        <div className={styles.tools}>
          <Button variant="default" disabled={locked} onClick={() => setTyped({})}>
            <Trans>Clear, I scan or type</Trans>
          </Button>
          <Button variant="default" disabled={locked} onClick={() => setTyped(suggested(lines))}>
            <Trans>All that is here</Trans>
          </Button>
        </div>
      }
    >
      <ProgressLines
        lines={lines}
        words={words}
        typed={typed}
        onType={(line, text) => type(line, () => text)}
        refused={refused}
        disabled={locked}
      />
      <ScanHint />
    </OrderPage>
  );
}

/** What is still open, as far as it is here. */
function suggested(lines: Order["lines"]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const progress = progressOf(line);
      const here =
        line.available === undefined ? null : wholeFromStockUnit(line.available, progress.factor, progress.decimals);
      const quantity = here !== null && compare(here, progress.open) < 0 ? here : progress.open;
      return compare(quantity, "0") > 0 ? [[line.id, quantity]] : [];
    }),
  );
}
