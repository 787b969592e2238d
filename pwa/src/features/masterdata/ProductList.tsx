import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useMe } from "../../data/me";
import type { Pages } from "../../data/usePages";
import type { Id } from "../../offline/types";
import { type Place, type Product, usePlaces, useProductSearch, useStock } from "../../offline/views";
import { useScan } from "../../scan/useScan";
import { Page } from "../../ui/Page";
import { Pending } from "../../ui/Pending";
import { Money, Quantity } from "../../ui/Quantity";
import { type Column, Records } from "../../ui/Records";
import { SearchBox } from "../../ui/SearchBox";
import { Empty, NothingFound } from "../../ui/states";
import { useSearchParam } from "../../ui/useSearchParam";
import { byPlace, type PlaceSum, type Sum, sumOf } from "../inventory/stockAt";
import { ExportButton } from "../exports/ExportButton";
import { Opening } from "../Opening";
import { ProductMarks } from "./ProductMarks";
import styles from "./ProductList.module.css";
import { fullName } from "./products";

const AT_ONCE = 50;
const COLUMNS_AT_MOST = 4;
const ORDERS = ["sku", "-sku", "name", "-name"] as const;
const ON_SERVER = { sku: "SKU_ASC", "-sku": "SKU_DESC", name: "NAME_ASC", "-name": "NAME_DESC" };

/** `places` only where this person sees stock. */
type Row = Product & { places: PlaceSum[]; sum: Sum | null };

/** Products and their stock from this device: found while typing, with or without a network. */
export default function ProductList() {
  const { t } = useLingui();
  const { can } = useMe();
  const [, go] = useLocation();
  const { places } = usePlaces();
  const [search, setSearch] = useSearchParam("search");
  const [limit, setLimit] = useState({ search, rows: AT_ONCE });
  if (limit.search !== search) setLimit({ search, rows: AT_ONCE });
  const [asked, setOrder] = useSearchParam("order");
  const order = ORDERS.find((one) => one === asked);
  const { products, ready } = useProductSearch(search, limit.rows, order);
  const rows = useRowsOf(products, places);
  const scan = useScan({
    onCode: ({ product }) => {
      go(`/products/${product.id}`);
      return null;
    },
  });

  const pages: Pages<Row> = {
    nodes: rows,
    total: rows.length < limit.rows ? rows.length : undefined,
    forbidden: !can("product.read"),
    loading: false,
    more: rows.length < limit.rows ? undefined : () => setLimit({ search, rows: limit.rows + AT_ONCE }),
    reload: () => undefined,
  };
  const stock = can("stock.read");
  const columns: Column<Row>[] = [
    { key: "name", head: t`Product`, cell: (row) => <Name product={row} />, wrap: true, sort: ["name", "-name"] },
    { key: "sku", head: t`SKU`, cell: (row) => row.sku, sort: ["sku", "-sku"] },
    ...(products.some(({ price }) => price !== undefined)
      ? [{ key: "price", head: t`Price`, cell: (row: Row) => <Money value={row.price} />, number: true }]
      : []),
    ...(stock && places.length > 1 && places.length <= COLUMNS_AT_MOST
      ? places.map((place): Column<Row> => ({
          key: place.id,
          head: place.label,
          number: true,
          cell: (row) => <AtPlace row={row} place={place.id} />,
        }))
      : []),
    ...(stock
      ? [
          { key: "onHand", head: t`On hand`, cell: (row: Row) => <Much row={row} of="onHand" />, number: true },
          { key: "available", head: t`Available`, cell: (row: Row) => <Much row={row} of="available" />, number: true },
        ]
      : []),
  ];

  return (
    <Page
      title={t`Stock`}
      aside={
        <>
          <ExportButton
            wanted={{
              list: "products",
              filter: search.trim() === "" ? undefined : { search: search.trim() },
              order: [ON_SERVER[order ?? "sku"]],
            }}
          />
          {scan.button}
        </>
      }
    >
      <SearchBox
        label={t`Search products`}
        placeholder={t`Name, pinyin, SKU or the last digits of a barcode`}
        value={search}
        onSearch={setSearch}
      />
      {scan.notice}
      {scan.sheet}
      {ready ? (
        <Records
          label={t`Products`}
          pages={pages}
          columns={columns}
          card={(row) => <Card row={row} />}
          href={(row) => `/products/${row.id}`}
          // What is searched comes in the order of how well it fits.
          {...(search.trim() === "" && { onOrder: setOrder, ...(order && { order }) })}
          empty={
            search === "" ? (
              <Empty
                title={<Trans>No products yet</Trans>}
                action={
                  can("import.run") && (
                    <Button component={Link} href="/imports">
                      <Trans>Bring in a list</Trans>
                    </Button>
                  )
                }
              >
                {can("import.run") ? (
                  <Trans>Bring in your Excel list; it takes the columns as they are.</Trans>
                ) : (
                  <Trans>They appear here as soon as somebody has entered or imported them.</Trans>
                )}
              </Empty>
            ) : (
              <NothingFound search={search} onClear={() => setSearch("")} />
            )
          }
        />
      ) : (
        <Opening />
      )}
    </Page>
  );
}

function useRowsOf(products: readonly Product[], places: readonly Place[]): Row[] {
  const { can } = useMe();
  const stock = useStock(products.map(({ id }) => id));
  return products.map((product) => {
    const levels = stock.get(product.id) ?? [];
    return can("stock.read") && product.kind === "GOODS"
      ? { ...product, places: byPlace(levels, places), sum: sumOf(levels) }
      : { ...product, places: [], sum: null };
  });
}

function Name({ product }: { product: Product }) {
  return (
    <span className={styles.name}>
      <span>{fullName(product)}</span>
      <ProductMarks product={product} />
    </span>
  );
}

/** A service has no stock; a dash says so better than a zero. */
function Much({ row, of }: { row: Row; of: "onHand" | "available" }) {
  return (
    <>
      {row.sum?.pending && of === "onHand" && <Pending />}{" "}
      <Quantity value={row.sum?.[of]} unit={row.stockUnit.name} strong={of === "available"} />
    </>
  );
}

function AtPlace({ row, place }: { row: Row; place: Id }) {
  const level = row.places.find(({ id }) => id === place);
  return (
    <>
      {level?.pending && <Pending />} <Quantity value={row.sum && (level?.onHand ?? "0")} unit={row.stockUnit.name} />
    </>
  );
}

function Card({ row }: { row: Row }) {
  return (
    <span className={styles.card}>
      <span className={styles.cardName}>
        {fullName(row)} <ProductMarks product={row} />
      </span>
      <span className={styles.cardStock}>
        {row.sum?.pending && <Pending />}{" "}
        {row.sum && <Quantity value={row.sum.available} unit={row.stockUnit.name} strong />}
      </span>
      <span className={styles.dim}>{row.sku}</span>
      <span className={styles.dim}>{row.price === undefined ? null : <Money value={row.price} />}</span>
      {row.places.length > 1 && (
        <span className={styles.levels}>
          {row.places.map((level) => (
            <span key={level.id}>
              {level.label} <Quantity value={level.onHand} unit={row.stockUnit.name} />
            </span>
          ))}
        </span>
      )}
    </span>
  );
}
