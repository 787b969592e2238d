import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "wouter";
import { graphql, type ResultOf } from "../../data/graphql";
import { useMe } from "../../data/me";
import { usePages } from "../../data/usePages";
import { Page } from "../../ui/Page";
import { Money } from "../../ui/Quantity";
import { type Column, Records } from "../../ui/Records";
import { Empty } from "../../ui/states";
import { Tabs } from "../../ui/Tabs";
import { useFormat } from "../../ui/useFormat";
import { useWide } from "../../ui/useWide";
import { useSearchParam } from "../../ui/useSearchParam";
import { placeName } from "../masterdata/WarehouseSelect";
import styles from "../orders.module.css";
import { SalesOrderState } from "./OrderState";

const ORDERS = graphql(`
  query SalesOrders($first: Int!, $after: String, $filter: SalesOrderFilter, $price: Boolean!) {
    salesOrders(first: $first, after: $after, filter: $filter, orderBy: [DOCUMENT_ON_DESC]) {
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

type Order = NonNullable<ResultOf<typeof ORDERS>["salesOrders"]>["nodes"][number];
type Status = Order["status"];

const VIEWS: Record<string, Status[]> = {
  draft: ["DRAFT"],
  open: ["CONFIRMED", "PARTLY_SHIPPED"],
};

export default function SalesOrderList() {
  const { t } = useLingui();
  const { can } = useMe();
  const format = useFormat();
  const [view, setView] = useSearchParam("state", "open");
  const wide = useWide(); // a phone has it in the navigation
  const slips = can("sales.ship") && can("sales.price");
  const statuses = VIEWS[view];
  const filter = statuses ? { status: { in: statuses } } : {};
  const pages = usePages(ORDERS, { first: 50, filter, price: can("sales.price") }, (data) => data.salesOrders);

  const columns: Column<Order>[] = [
    { key: "number", head: t`Number`, cell: (order) => order.number },
    { key: "state", head: t`State`, cell: (order) => <SalesOrderState status={order.status} /> },
    { key: "customer", head: t`Customer`, cell: (order) => order.partner?.name, wrap: true },
    { key: "from", head: t`From warehouse`, cell: (order) => order.location && placeName(order.location) },
    { key: "on", head: t`Date`, cell: (order) => format.date(order.documentOn) },
    ...(can("sales.price")
      ? [{ key: "total", head: t`Total`, cell: (order: Order) => <Money value={order.total} />, number: true }]
      : []),
  ];

  return (
    <Page title={t`Sales`} action={slips && wide ? { label: <Trans>New slip</Trans>, href: "/slip" } : undefined}>
      <Tabs
        label={t`State`}
        value={view}
        onChange={setView}
        tabs={[
          ["open", t`To ship`],
          ["draft", t`To confirm`],
          ["all", t`All`],
        ]}
      />
      <Records
        label={t`Sales orders`}
        pages={pages}
        columns={columns}
        card={(order) => (
          <span className={styles.card}>
            <span className={styles.partner}>{order.partner?.name}</span>
            <SalesOrderState status={order.status} />
            <span className={styles.dim}>
              {order.number} · {format.date(order.documentOn)}
            </span>
            {can("sales.price") && <Money value={order.total} strong />}
          </span>
        )}
        href={(order) => `/sales-orders/${order.id}`}
        empty={
          view === "open" ? (
            <Empty title={<Trans>Nothing to ship</Trans>}>
              <Trans>All confirmed orders have left.</Trans>
            </Empty>
          ) : view === "draft" ? (
            <Empty title={<Trans>Nothing to confirm</Trans>} />
          ) : (
            <Empty
              title={<Trans>No sales yet</Trans>}
              action={
                slips && (
                  <Link href="/slip">
                    <Trans>Write the first slip</Trans>
                  </Link>
                )
              }
            >
              <Trans>Orders and slips appear here as they are written.</Trans>
            </Empty>
          )
        }
      />
    </Page>
  );
}
