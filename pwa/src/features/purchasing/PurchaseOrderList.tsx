import { Trans, useLingui } from "@lingui/react/macro";
import { graphql, type ResultOf } from "../../data/graphql";
import { useMe } from "../../data/me";
import { usePages } from "../../data/usePages";
import { Page } from "../../ui/Page";
import { Money } from "../../ui/Quantity";
import { type Column, Records } from "../../ui/Records";
import { Empty } from "../../ui/states";
import { Tabs } from "../../ui/Tabs";
import { useFormat } from "../../ui/useFormat";
import { useSearchParam } from "../../ui/useSearchParam";
import { placeName } from "../masterdata/WarehouseSelect";
import styles from "../orders.module.css";
import { PurchaseOrderState } from "./OrderState";

const ORDERS = graphql(`
  query PurchaseOrders($first: Int!, $after: String, $filter: PurchaseOrderFilter, $price: Boolean!) {
    purchaseOrders(first: $first, after: $after, filter: $filter, orderBy: [DOCUMENT_ON_DESC]) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        number
        status
        documentOn
        expectedOn
        total @include(if: $price)
        partner {
          name
        }
        location {
          name
          warehouse {
            name
          }
        }
      }
    }
  }
`);

type Order = NonNullable<ResultOf<typeof ORDERS>["purchaseOrders"]>["nodes"][number];

const OPEN = ["OPEN", "PARTLY_RECEIVED"] as const;

export default function PurchaseOrderList() {
  const { t } = useLingui();
  const { can } = useMe();
  const format = useFormat();
  const [view, setView] = useSearchParam("state", "open");
  const filter = view === "all" ? {} : { status: { in: [...OPEN] } };
  const pages = usePages(ORDERS, { first: 50, filter, price: can("purchase.price") }, (data) => data.purchaseOrders);

  const columns: Column<Order>[] = [
    { key: "number", head: t`Number`, cell: (order) => order.number },
    { key: "state", head: t`State`, cell: (order) => <PurchaseOrderState status={order.status} /> },
    { key: "supplier", head: t`Supplier`, cell: (order) => order.partner?.name, wrap: true },
    { key: "to", head: t`To warehouse`, cell: (order) => order.location && placeName(order.location) },
    { key: "on", head: t`Date`, cell: (order) => format.date(order.documentOn) },
    { key: "expected", head: t`Expected`, cell: (order) => order.expectedOn && format.date(order.expectedOn) },
    ...(can("purchase.price")
      ? [{ key: "total", head: t`Total`, cell: (order: Order) => <Money value={order.total} />, number: true }]
      : []),
  ];

  return (
    <Page title={t`Purchase orders`}>
      <Tabs
        label={t`State`}
        value={view}
        onChange={setView}
        tabs={[
          ["open", t`To receive`],
          ["all", t`All`],
        ]}
      />
      <Records
        label={t`Purchase orders`}
        pages={pages}
        columns={columns}
        card={(order) => (
          <span className={styles.card}>
            <span className={styles.partner}>{order.partner?.name}</span>
            <PurchaseOrderState status={order.status} />
            <span className={styles.dim}>{order.number}</span>
            <span className={styles.dim}>{format.date(order.expectedOn ?? order.documentOn)}</span>
          </span>
        )}
        href={(order) => `/purchase-orders/${order.id}`}
        empty={
          view === "all" ? (
            <Empty title={<Trans>No purchase orders yet</Trans>}>
              <Trans>What is ordered from suppliers appears here and is received here.</Trans>
            </Empty>
          ) : (
            <Empty title={<Trans>Nothing to receive</Trans>}>
              <Trans>All that was ordered has arrived.</Trans>
            </Empty>
          )
        }
      />
    </Page>
  );
}
