import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { PackagePlus } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import type { Decimal } from "../../data/decimal";
import { graphql } from "../../data/graphql";
import { useMe } from "../../data/me";
import { type Pages, usePages } from "../../data/usePages";
import { useQuery } from "../../data/useQuery";
import { usePlaces, type PurchaseOrder, usePurchaseOrders } from "../../offline/views";
import { Page } from "../../ui/Page";
import { Pending } from "../../ui/Pending";
import { Money } from "../../ui/Quantity";
import { type Column, Records } from "../../ui/Records";
import { SearchBox } from "../../ui/SearchBox";
import { Empty, Forbidden, NothingFound } from "../../ui/states";
import { Tabs } from "../../ui/Tabs";
import { useFormat } from "../../ui/useFormat";
import { useSearchParam } from "../../ui/useSearchParam";
import { ExportButton } from "../exports/ExportButton";
import { numberOrPartner, type Wanted } from "../exports/wanted";
import { localPages } from "../localPages";
import { matching } from "../matching";
import { Opening, useLoaded } from "../Opening";
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
  query OpenPurchaseTotals($price: Boolean!) {
    purchaseOrders(first: 100, filter: { status: { in: [OPEN, PARTLY_RECEIVED] } }, orderBy: [DOCUMENT_ON_DESC]) {
      nodes {
        id
        total @include(if: $price)
      }
    }
  }
`);

type Row = Pick<
  PurchaseOrder,
  "id" | "number" | "status" | "documentOn" | "expectedOn" | "partnerName" | "locationId" | "pending"
> & { total?: Decimal | null | undefined };

export default function PurchaseOrderList() {
  const { t } = useLingui();
  const { can } = useMe();
  const [view, setView] = useSearchParam("state", "open");
  const [search, setSearch] = useState("");
  return (
    <Page
      title={t`Purchase orders`}
      aside={
        <>
          <ExportButton wanted={wantedOf(view, search)} />
          {can("purchase.receive") && (
            <Button
              component={Link}
              href="/receive/blind"
              variant="default"
              leftSection={<PackagePlus size={18} aria-hidden />}
            >
              <Trans>Without an order</Trans>
            </Button>
          )}
        </>
      }
    >
      <Tabs
        label={t`State`}
        value={view}
        onChange={setView}
        tabs={[
          ["open", t`To receive`],
          ["all", t`All`],
        ]}
      />
      {!can("purchase.read") ? (
        <Forbidden />
      ) : view === "all" ? (
        <All />
      ) : (
        <Open search={search} setSearch={setSearch} />
      )}
    </Page>
  );
}

/** The same list as the server has it. */
function wantedOf(view: string, search: string): Wanted {
  if (view === "all") return { list: "purchaseOrders", filter: {}, order: ["DOCUMENT_ON_DESC"] };
  const open = { status: { in: ["OPEN", "PARTLY_RECEIVED"] } };
  return { list: "purchaseOrders", filter: { ...open, ...numberOrPartner(search) }, order: ["DOCUMENT_ON_ASC"] };
}

/** What is still to come, as this device knows it: the next expected first. */
function Open({ search, setSearch }: { search: string; setSearch: (search: string) => void }) {
  const { t } = useLingui();
  const { can } = useMe();
  const orders = usePurchaseOrders();
  const loaded = useLoaded();
  const { data } = useQuery(TOTALS, { price: can("purchase.price") });
  const totals = new Map((data?.purchaseOrders?.nodes ?? []).map(({ id, total }) => [id, total]));
  const rows = orders
    ?.filter(({ status }) => status === "OPEN" || status === "PARTLY_RECEIVED")
    .filter((order) => matching(search, [order.number, order.partnerName]))
    .map((order) => ({ ...order, total: totals.get(order.id) }))
    .toSorted((left, right) => day(left).localeCompare(day(right)) || left.number.localeCompare(right.number));
  if (!loaded || !rows) return <Opening />;
  return (
    <>
      <SearchBox label={t`Search orders`} placeholder={t`Number or supplier`} value={search} onSearch={setSearch} />
      <Orders
        pages={localPages(rows)}
        empty={
          search ? (
            <NothingFound search={search} onClear={() => setSearch("")}>
              <Trans>Number and supplier of open orders are searched.</Trans>
            </NothingFound>
          ) : (
            <Empty
              title={<Trans>Nothing to receive</Trans>}
              action={
                can("purchase.receive") && (
                  <Link href="/receive/blind">
                    <Trans>Receive without an order</Trans>
                  </Link>
                )
              }
            >
              <Trans>All that was ordered has arrived.</Trans>
            </Empty>
          )
        }
      />
    </>
  );
}

const day = (order: Row) => order.expectedOn ?? order.documentOn;

function All() {
  const { can } = useMe();
  const pages = usePages(
    ORDERS,
    { first: 50, filter: {}, price: can("purchase.price") },
    (data) => data.purchaseOrders,
  );
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
        <Empty title={<Trans>No purchase orders yet</Trans>}>
          <Trans>What is ordered from suppliers appears here and is received here.</Trans>
        </Empty>
      }
    />
  );
}

function Orders({ pages, empty }: { pages: Pages<Row>; empty: React.ReactNode }) {
  const { t } = useLingui();
  const { can } = useMe();
  const format = useFormat();
  const { places } = usePlaces();
  const placeOf = (order: Row) => places.find(({ id }) => id === order.locationId)?.label;
  const state = (order: Row) => (
    <span className={styles.state}>
      <PurchaseOrderState status={order.status} />
      {order.pending && <Pending />}
    </span>
  );
  const columns: Column<Row>[] = [
    { key: "number", head: t`Number`, cell: (order) => order.number },
    { key: "state", head: t`State`, cell: state },
    { key: "supplier", head: t`Supplier`, cell: (order) => order.partnerName, wrap: true },
    {
      key: "to",
      head: t`To warehouse`,
      cell: placeOf,
    },
    { key: "on", head: t`Date`, cell: (order) => format.date(order.documentOn) },
    {
      key: "expected",
      head: t`Expected`,
      cell: (order) => order.expectedOn && format.date(order.expectedOn),
    },
    ...(can("purchase.price")
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
      label={t`Purchase orders`}
      pages={pages}
      columns={columns}
      card={(order) => (
        <span className={styles.card}>
          <span className={styles.partner}>{order.partnerName}</span>
          {state(order)}
          <span className={styles.dim}>
            {[order.number, places.length > 1 && placeOf(order)].filter(Boolean).join(" · ")}
          </span>
          <span className={styles.dim}>{format.date(day(order))}</span>
        </span>
      )}
      href={(order) => `/purchase-orders/${order.id}`}
      empty={empty}
    />
  );
}
