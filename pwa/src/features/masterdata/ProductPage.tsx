import { ActionIcon, Box, Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import type { Decimal } from "../../data/decimal";
import { graphql, type ResultOf } from "../../data/graphql";
import { useMe } from "../../data/me";
import { useQuery } from "../../data/useQuery";
import { type Product, usePlaces, useProducts, useStock } from "../../offline/views";
import { Facts } from "../../ui/Facts";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { Pending } from "../../ui/Pending";
import { Money, Quantity } from "../../ui/Quantity";
import { Section } from "../../ui/Section";
import { Empty, Forbidden, LoadingRows, ProblemState } from "../../ui/states";
import { useFormat } from "../../ui/useFormat";
import { useWide } from "../../ui/useWide";
import { RecentMoves } from "../inventory/RecentMoves";
import { StockTable } from "../inventory/StockTable";
import { byPlace, sumOf } from "../inventory/stockAt";
import { useEscape } from "../inventory/useKeys";
import { ProductForm } from "./ProductForm";
import { ProductMarks } from "./ProductMarks";
import { fromServer, fullName, PRODUCT_UNITS } from "./products";

const PRODUCT = graphql(
  `
    query Product($id: ID!, $price: Boolean!, $cost: Boolean!, $value: Boolean!) {
      product(id: $id) {
        id
        sku
        name
        spec
        kind
        active
        price @include(if: $price)
        referenceCost @include(if: $cost)
        averageCost @include(if: $value)
        version
        createdAt
        updatedAt
        ...ProductUnits
        category {
          id
          name
        }
      }
    }
  `,
  [PRODUCT_UNITS],
);

export type ProductDetail = NonNullable<ResultOf<typeof PRODUCT>["product"]>;

/** The product as this device has it; with a network what the office wants to know besides, and the form. */
export default function ProductPage({ id }: { id: string }) {
  const { t } = useLingui();
  const { can } = useMe();
  const [, go] = useLocation();
  const [editing, setEditing] = useState(false);
  const [saved, setSaved] = useState(false);
  const local = useProducts([id]).get(id);
  const { data, error, forbidden, reload } = useQuery(PRODUCT, {
    id,
    price: can("sales.price"),
    cost: can("product.cost"),
    value: can("stock.value"),
  });
  useEscape(() => (editing ? setEditing(false) : go("/products")));
  const back = { href: "/products", label: t`Back to the products` };
  const detail = data?.product ?? undefined;
  // What was just saved is newer on the server than here, until the next pull.
  const product = (saved && detail ? fromServer(detail) : local) ?? (detail && fromServer(detail));
  if (!product) {
    return (
      <Page title={t`Product`} back={back}>
        {forbidden?.includes("product") ? (
          <Forbidden />
        ) : error ? (
          <ProblemState error={error} onRetry={() => void reload()} />
        ) : !data ? (
          <LoadingRows />
        ) : (
          <Empty title={<Trans>This product does not exist, or is not yours to see.</Trans>} />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={fullName(product)}
      back={back}
      facts={product.sku}
      chip={<ProductMarks product={product} />}
      aside={can("product.write") && detail && !editing && <EditButton onEdit={() => setEditing(true)} />}
    >
      {saved && !editing && (
        <Notice tone="done">
          <Trans>Saved.</Trans>
        </Notice>
      )}
      {editing && detail ? (
        <ProductForm
          key={detail.version}
          product={detail}
          onCancel={() => setEditing(false)}
          onReload={() => void reload()}
          onSaved={() => {
            setEditing(false);
            setSaved(true);
            void reload();
          }}
        />
      ) : (
        <Overview product={product} detail={detail} />
      )}
    </Page>
  );
}

function EditButton({ onEdit }: { onEdit: () => void }) {
  const { t } = useLingui();
  const wide = useWide();
  return wide ? (
    <Button variant="default" leftSection={<Pencil size={18} aria-hidden />} onClick={onEdit}>
      <Trans>Edit</Trans>
    </Button>
  ) : (
    <ActionIcon variant="default" size={44} aria-label={t`Edit`} onClick={onEdit}>
      <Pencil size={18} aria-hidden />
    </ActionIcon>
  );
}

function Overview({ product, detail }: { product: Product; detail: ProductDetail | undefined }) {
  const { t } = useLingui();
  const { can } = useMe();
  const format = useFormat();
  const { places } = usePlaces();
  const levels = useStock([product.id]).get(product.id) ?? [];
  const sum = sumOf(levels);
  const unit = product.stockUnit.name;
  const counted = product.kind === "GOODS" && can("stock.read");
  const cost = product.referenceCost ?? detail?.referenceCost;
  return (
    <>
      <Facts
        facts={[
          ...(counted
            ? ([
                [
                  t`On hand`,
                  <>
                    <Quantity key="on-hand" value={sum.onHand} unit={unit} strong /> {sum.pending && <Pending />}
                  </>,
                ],
                [t`Reserved`, <Quantity key="reserved" value={sum.reserved} unit={unit} />],
                [t`Available`, <Quantity key="available" value={sum.available} unit={unit} strong />],
              ] as const)
            : []),
          [t`Price`, product.price != null && <PerUnit value={product.price} unit={unit} />],
          [t`Reference cost`, cost != null && <PerUnit value={cost} unit={unit} />],
          [t`Average cost`, detail?.averageCost != null && <PerUnit value={detail.averageCost} unit={unit} />],
          [t`Category`, detail?.category?.name],
          [t`Changed`, detail && format.moment(detail.updatedAt)],
        ]}
      />
      {counted && (
        <Section title={t`Stock by warehouse`}>
          <StockTable levels={byPlace(levels, places)} unit={unit} />
        </Section>
      )}
      <Section title={t`Units and barcodes`}>
        <Units product={product} detail={detail} />
      </Section>
      {counted && (
        <Section title={t`Latest moves`}>
          <RecentMoves productId={product.id} unit={unit} />
        </Section>
      )}
    </>
  );
}

function PerUnit({ value, unit }: { value: Decimal; unit: string }) {
  return (
    <>
      <Money value={value} /> / {unit}
    </>
  );
}

function Units({ product, detail }: { product: Product; detail: ProductDetail | undefined }) {
  const { t } = useLingui();
  const format = useFormat();
  const stockUnit = product.stockUnit.name;
  const ours = new Set((detail?.barcodes ?? []).filter(({ kind }) => kind === "HOUSE").map(({ code }) => code));
  return (
    <Facts
      facts={product.units.map(({ id, name, numerator, denominator }) => {
        const codes = product.barcodes.filter((barcode) => (barcode.unitId ?? product.stockUnit.id) === id);
        const size =
          denominator === "1"
            ? `1 ${name} = ${format.quantity(numerator)} ${stockUnit}`
            : `${format.quantity(denominator)} ${name} = ${format.quantity(numerator)} ${stockUnit}`;
        return [
          id === product.stockUnit.id ? t`${name} (stock unit)` : size,
          codes.length === 0 ? (
            <Trans key={id}>no barcode</Trans>
          ) : (
            codes.map(({ code }) => (
              <div key={code}>
                {code}{" "}
                {ours.has(code) && (
                  <Box component="span" display="inline-block">
                    <Trans>(house code)</Trans>
                  </Box>
                )}
              </div>
            ))
          ),
        ] as const;
      })}
    />
  );
}
