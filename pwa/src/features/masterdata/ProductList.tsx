import { Trans, useLingui } from "@lingui/react/macro";
import { graphql, type ResultOf } from "../../data/graphql";
import { useMe } from "../../data/me";
import { usePages } from "../../data/usePages";
import { useQuery } from "../../data/useQuery";
import { Page } from "../../ui/Page";
import { Money, Quantity } from "../../ui/Quantity";
import { type Column, Records } from "../../ui/Records";
import { SearchBox } from "../../ui/SearchBox";
import { Empty, NothingFound } from "../../ui/states";
import { StateChip } from "../../ui/StateChip";
import { useSearchParam } from "../../ui/useSearchParam";
import { useWedge } from "../../ui/useWedge";
import { byWarehouse } from "../inventory/levels";
import styles from "./ProductList.module.css";
import { fullName } from "./products";

const PRODUCTS = graphql(`
  query Products($first: Int!, $after: String, $filter: ProductFilter, $orderBy: [ProductOrder!]) {
    products(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        sku
        name
        spec
        kind
        active
        price
        onHand
        available
        unit {
          name
        }
        category {
          name
        }
        stockLevels {
          onHand
          reserved
          available
          location {
            warehouse {
              id
              name
            }
          }
        }
      }
    }
  }
`);

const WAREHOUSES = graphql(`
  query Warehouses {
    warehouses {
      id
      name
      active
    }
  }
`);

type Product = NonNullable<ResultOf<typeof PRODUCTS>["products"]>["nodes"][number];
type Order = "SKU_ASC" | "SKU_DESC" | "NAME_ASC" | "NAME_DESC";

const COLUMNS_AT_MOST = 4;

export default function ProductList() {
  const { t } = useLingui();
  const { can } = useMe();
  const [search, setSearch] = useSearchParam("search");
  const [order, setOrder] = useSearchParam("order", "NAME_ASC");
  const pages = usePages(
    PRODUCTS,
    { first: 50, filter: search === "" ? {} : { search }, orderBy: [order as Order] },
    (data) => data.products,
  );
  const warehouses = (useQuery(WAREHOUSES, {}).data?.warehouses ?? []).filter(({ active }) => active);
  useWedge(setSearch);

  const columns: Column<Product>[] = [
    {
      key: "name",
      head: t`Product`,
      cell: (product) => <Name product={product} />,
      sort: ["NAME_ASC", "NAME_DESC"],
      wrap: true,
    },
    { key: "sku", head: t`SKU`, cell: (product) => product.sku, sort: ["SKU_ASC", "SKU_DESC"] },
    { key: "category", head: t`Category`, cell: (product) => product.category?.name },
    { key: "price", head: t`Price`, cell: (product) => <Money value={product.price} />, number: true },
    ...(warehouses.length > 1 && warehouses.length <= COLUMNS_AT_MOST
      ? warehouses.map((warehouse): Column<Product> => ({
          key: warehouse.id,
          head: warehouse.name,
          number: true,
          cell: (product) => <InWarehouse product={product} warehouse={warehouse.id} />,
        }))
      : []),
    {
      key: "onHand",
      head: t`On hand`,
      cell: (product) => <OnHand product={product} value={product.onHand} />,
      number: true,
    },
    {
      key: "available",
      head: t`Available`,
      cell: (product) => <OnHand product={product} value={product.available} strong />,
      number: true,
    },
  ];

  return (
    <Page title={t`Stock`}>
      <SearchBox
        label={t`Search products`}
        placeholder={t`Name, SKU, barcode or its last digits`}
        value={search}
        onSearch={setSearch}
      />
      <Records
        label={t`Products`}
        pages={pages}
        columns={columns}
        card={(product) => <Card product={product} />}
        href={(product) => `/products/${product.id}`}
        order={order}
        onOrder={setOrder}
        empty={
          search === "" ? (
            <Empty title={<Trans>No products yet</Trans>}>
              {can("import.run") ? (
                <Trans>Bring in your list with “huotong import products”; it takes the columns as they are.</Trans>
              ) : (
                <Trans>They appear here as soon as somebody has entered or imported them.</Trans>
              )}
            </Empty>
          ) : (
            <NothingFound search={search} onClear={() => setSearch("")} />
          )
        }
      />
    </Page>
  );
}

function Name({ product }: { product: Product }) {
  return (
    <span className={styles.name}>
      <span>{fullName(product)}</span>
      <Marks product={product} />
    </span>
  );
}

function Marks({ product }: { product: Product }) {
  return (
    <>
      {product.kind === "SERVICE" && (
        <StateChip tone="draft">
          <Trans>Service</Trans>
        </StateChip>
      )}
      {!product.active && (
        <StateChip tone="off">
          <Trans>Not in use</Trans>
        </StateChip>
      )}
    </>
  );
}

/** A service has no stock; a dash says so better than a zero. */
function OnHand({ product, value, strong = false }: { product: Product; value: string | null; strong?: boolean }) {
  return <Quantity value={product.kind === "SERVICE" ? null : value} unit={product.unit?.name} strong={strong} />;
}

function InWarehouse({ product, warehouse }: { product: Product; warehouse: string }) {
  const level = byWarehouse(product.stockLevels ?? []).find(({ id }) => id === warehouse);
  return <OnHand product={product} value={level?.onHand ?? "0"} />;
}

function Card({ product }: { product: Product }) {
  const levels = byWarehouse(product.stockLevels ?? []);
  return (
    <span className={styles.card}>
      <span className={styles.cardName}>
        {fullName(product)} <Marks product={product} />
      </span>
      <span className={styles.cardStock}>
        <OnHand product={product} value={product.available} strong />
      </span>
      <span className={styles.dim}>{product.sku}</span>
      <span className={styles.dim}>
        <Money value={product.price} />
      </span>
      {levels.length > 1 && (
        <span className={styles.levels}>
          {levels.map((level) => (
            <span key={level.id}>
              {level.name} <Quantity value={level.onHand} unit={product.unit?.name} />
            </span>
          ))}
        </span>
      )}
    </span>
  );
}
