import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import type { Decimal } from "../../data/decimal";
import { graphql } from "../../data/graphql";
import { useMe } from "../../data/me";
import { type Pages, usePages } from "../../data/usePages";
import { useQuery } from "../../data/useQuery";
import { usePlaces, type SalesOrder, useSalesOrders } from "../../offline/views";
import { Page } from "../../ui/Page";
import { Pending } from "../../ui/Pending";
import { Money } from "../../ui/Quantity";
import { type Column, Records } from "../../ui/Records";
import { SearchBox } from "../../ui/SearchBox";
import { Empty, Forbidden, NothingFound } from "../../ui/states";
import { Tabs } from "../../ui/Tabs";
import { useFormat } from "../../ui/useFormat";
import { useSearchParam } from "../../ui/useSearchParam";
import { useWide } from "../../ui/useWide";
import { ExportButton } from "../exports/ExportButton";
import { numberOrPartner, type Wanted } from "../exports/wanted";
import { localPages } from "../localPages";
import { matching } from "../matching";
import { Opening, useLoaded } from "../Opening";
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
        locationId
        total @include(if: $price)
        partner {
          name
        }
      }
    }
  }
`);

const TOTALS = graphql(`
  query OpenSalesTotals($price: Boolean!) {
    salesOrders(
      first: 100
      filter: { status: { in: [DRAFT, CONFIRMED, PARTLY_SHIPPED] } }
      orderBy: [DOCUMENT_ON_DESC]
    ) {
      nodes {
        id
        total @include(if: $price)
      }
    }
  }
`);

type Row = Pick<SalesOrder, "id" | "number" | "status" | "documentOn" | "partnerName" | "locationId" | "pending"> & {
  total?: Decimal | null | undefined;
};

type View = "open" | "draft" | "all";

const VIEWS: Record<Exclude<View, "all">, readonly SalesOrder["status"][]> = {
  draft: ["DRAFT"],
  open: ["CONFIRMED", "PARTLY_SHIPPED"],
};

export default function SalesOrderList() {
  const { t } = useLingui();
  const { can } = useMe();
  const [view, setView] = useSearchParam("state", "open");
  const [search, setSearch] = useState("");
  const wide = useWide(); // a phone has it in the navigation
  return (
    <Page
      title={t`Sales`}
      aside={
        <>
          <ExportButton wanted={wantedOf(view, search)} />
          {can("sales.return") && (
            <Button
              component={Link}
              href="/returns/new"
              variant="default"
              leftSection={<Undo2 size={18} aria-hidden />}
            >
              <Trans>Return</Trans>
            </Button>
          )}
        </>
      }
      action={can("sales.ship") && wide ? { label: <Trans>New slip</Trans>, href: "/slip" } : undefined}
    >
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
      {!can("sales.read") ? (
        <Forbidden />
      ) : view === "draft" || view === "open" ? (
        <Kept view={view} search={search} setSearch={setSearch} />
      ) : (
        <All />
      )}
    </Page>
  );
}

/** The same list as the server has it. */
function wantedOf(view: string, search: string): Wanted {
  const list = "salesOrders";
  if (view !== "draft" && view !== "open") return { list, filter: {}, order: ["DOCUMENT_ON_DESC"] };
  return { list, filter: { status: { in: VIEWS[view] }, ...numberOrPartner(search) }, order: ["DOCUMENT_ON_ASC"] };
}

/** What is still to be done, as this device knows it: the oldest first. */
type KeptProps = { view: Exclude<View, "all">; search: string; setSearch: (search: string) => void };

function Kept({ view, search, setSearch }: KeptProps) {
  const { t } = useLingui();
  const { can } = useMe();
  const orders = useSalesOrders();
  const loaded = useLoaded();
  const { data } = useQuery(TOTALS, { price: can("sales.price") });
  const totals = new Map((data?.salesOrders?.nodes ?? []).map(({ id, total }) => [id, total]));
  const rows = orders
    ?.filter(({ status }) => VIEWS[view].includes(status))
    .filter((order) => matching(search, [order.number, order.partnerName]))
    .map((order) => ({ ...order, total: totals.get(order.id) }))
    .toSorted(
      (left, right) => left.documentOn.localeCompare(right.documentOn) || left.number.localeCompare(right.number),
    );
  const nothing =
    view === "open" ? (
      <Empty title={<Trans>Nothing to ship</Trans>}>
        <Trans>All confirmed orders have left.</Trans>
      </Empty>
    ) : (
      <Empty title={<Trans>Nothing to confirm</Trans>} />
    );
  if (!loaded || !rows) return <Opening />;
  return (
    <>
      <SearchBox label={t`Search orders`} placeholder={t`Number or customer`} value={search} onSearch={setSearch} />
      <Orders
        pages={localPages(rows)}
        empty={
          search ? (
            <NothingFound search={search} onClear={() => setSearch("")}>
              <Trans>Number and customer of the orders in this list are searched.</Trans>
            </NothingFound>
          ) : (
            nothing
          )
        }
      />
    </>
  );
}

function All() {
  const { can } = useMe();
  const pages = usePages(ORDERS, { first: 50, filter: {}, price: can("sales.price") }, (data) => data.salesOrders);
  const nodes = pages.nodes.map((order) => ({
    ...order,
    partnerName: order.partner?.name ?? "",
    locationId: order.locationId ?? "",
    pending: false,
  }));
  return (
    <Orders
      pages={{ ...pages, nodes }}
      empty={
        <Empty
          title={<Trans>No sales yet</Trans>}
          action={
            can("sales.ship") && (
              <Link href="/slip">
                <Trans>Write the first slip</Trans>
              </Link>
            )
          }
        >
          <Trans>Orders and slips appear here as they are written.</Trans>
        </Empty>
      }
    />
  );
}

function Orders({ pages, empty }: { pages: Pages<Row>; empty: ReactNode }) {
  const { t } = useLingui();
  const { can } = useMe();
  const format = useFormat();
  const { places } = usePlaces();
  const placeOf = (order: Row) => places.find(({ id }) => id === order.locationId)?.label;
  const state = (order: Row) => (
    <span className={styles.state}>
      <SalesOrderState status={order.status} />
      {order.pending && <Pending />}
    </span>
  );
  const columns: Column<Row>[] = [
    { key: "number", head: t`Number`, cell: (order) => order.number },
    { key: "state", head: t`State`, cell: state },
    { key: "customer", head: t`Customer`, cell: (order) => order.partnerName, wrap: true },
    {
      key: "from",
      head: t`From warehouse`,
      cell: placeOf,
    },
    { key: "on", head: t`Date`, cell: (order) => format.date(order.documentOn) },
    ...(can("sales.price")
      ? [
          {
            key: "total",
            head: t`Total`,
            cell: (order: Row) => <Money value={order.total} />,
            number: true,
          },
        ]
      : []),
  ];
  return (
    <Records
      label={t`Sales orders`}
      pages={pages}
      columns={columns}
      card={(order) => (
        <span className={styles.card}>
          <span className={styles.partner}>{order.partnerName}</span>
          {state(order)}
          <span className={styles.dim}>
            {[order.number, format.date(order.documentOn), places.length > 1 && placeOf(order)]
              .filter(Boolean)
              .join(" · ")}
          </span>
          {order.total != null && <Money value={order.total} strong />}
        </span>
      )}
      href={(order) => `/sales-orders/${order.id}`}
      empty={empty}
    />
  );
}
