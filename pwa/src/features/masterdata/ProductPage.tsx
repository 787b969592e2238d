import { ActionIcon, Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { graphql, type ResultOf } from "../../data/graphql";
import { useMe } from "../../data/me";
import { useQuery } from "../../data/useQuery";
import { Facts } from "../../ui/Facts";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { Money, Quantity } from "../../ui/Quantity";
import { Section } from "../../ui/Section";
import { Empty, Forbidden, LoadingRows, ProblemState } from "../../ui/states";
import { StateChip } from "../../ui/StateChip";
import { useFormat } from "../../ui/useFormat";
import { useWide } from "../../ui/useWide";
import { RecentMoves } from "../inventory/RecentMoves";
import { StockTable } from "../inventory/StockTable";
import { ProductForm } from "./ProductForm";
import { fullName, PRODUCT_UNITS, unitsOf } from "./products";

const PRODUCT = graphql(
  `
    query Product($id: ID!, $cost: Boolean!, $value: Boolean!) {
      product(id: $id) {
        id
        sku
        name
        spec
        kind
        active
        price
        referenceCost @include(if: $cost)
        averageCost @include(if: $value)
        onHand
        reserved
        available
        version
        createdAt
        updatedAt
        ...ProductUnits
        category {
          id
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
  `,
  [PRODUCT_UNITS],
);

export type ProductDetail = NonNullable<ResultOf<typeof PRODUCT>["product"]>;

export default function ProductPage({ id }: { id: string }) {
  const { t } = useLingui();
  const { can } = useMe();
  const [editing, setEditing] = useState(false);
  const [saved, setSaved] = useState(false);
  const { data, error, forbidden, reload } = useQuery(PRODUCT, {
    id,
    cost: can("product.cost"),
    value: can("stock.value"),
  });
  const back = { href: "/products", label: t`Back to the products` };
  const product = data?.product;
  if (!product) {
    return (
      <Page title={t`Product`} back={back}>
        {error ? (
          <ProblemState error={error} onRetry={() => void reload()} />
        ) : !data ? (
          <LoadingRows />
        ) : forbidden?.includes("product") ? (
          <Forbidden />
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
      chip={<Marks product={product} />}
      aside={can("product.write") && !editing && <EditButton onEdit={() => setEditing(true)} />}
    >
      {saved && !editing && (
        <Notice tone="done">
          <Trans>Saved.</Trans>
        </Notice>
      )}
      {editing ? (
        <ProductForm
          key={product.version}
          product={product}
          onCancel={() => setEditing(false)}
          onReload={() => void reload()}
          onSaved={() => {
            setEditing(false);
            setSaved(true);
            void reload();
          }}
        />
      ) : (
        <Overview product={product} />
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

function Marks({ product }: { product: ProductDetail }) {
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

function Overview({ product }: { product: ProductDetail }) {
  const { t } = useLingui();
  const { can } = useMe();
  const format = useFormat();
  const unit = product.unit?.name;
  const goods = product.kind === "GOODS";
  return (
    <>
      <Facts
        facts={[
          ...(goods
            ? ([
                [t`On hand`, <Quantity key="on-hand" value={product.onHand} unit={unit} strong />],
                [t`Reserved`, <Quantity key="reserved" value={product.reserved} unit={unit} />],
                [t`Available`, <Quantity key="available" value={product.available} unit={unit} strong />],
              ] as const)
            : []),
          [t`Price`, product.price != null && <PerUnit value={product.price} unit={unit} />],
          [t`Reference cost`, product.referenceCost != null && <PerUnit value={product.referenceCost} unit={unit} />],
          [t`Average cost`, product.averageCost != null && <PerUnit value={product.averageCost} unit={unit} />],
          [t`Category`, product.category?.name],
          [t`Changed`, format.moment(product.updatedAt)],
        ]}
      />
      {goods && can("stock.read") && (
        <Section title={t`Stock by warehouse`}>
          <StockTable levels={product.stockLevels ?? []} unit={unit} />
        </Section>
      )}
      <Section title={t`Units and barcodes`}>
        <Units product={product} />
      </Section>
      {goods && can("stock.read") && (
        <Section title={t`Latest moves`}>
          <RecentMoves productId={product.id} unit={unit} />
        </Section>
      )}
    </>
  );
}

function PerUnit({ value, unit }: { value: string; unit: string | undefined }) {
  return (
    <>
      <Money value={value} /> / {unit}
    </>
  );
}

function Units({ product }: { product: ProductDetail }) {
  const { t } = useLingui();
  const format = useFormat();
  const stockUnit = product.unit?.name ?? "";
  const codesOf = (unit: string) =>
    (product.barcodes ?? []).filter((barcode) => (barcode.unit?.id ?? product.unit?.id) === unit);
  return (
    <Facts
      facts={unitsOf(product).map(({ id, name, ...factor }) => {
        const codes = codesOf(id);
        const size =
          factor.denominator === "1"
            ? `1 ${name} = ${format.quantity(factor.numerator)} ${stockUnit}`
            : `${format.quantity(factor.denominator)} ${name} = ${format.quantity(factor.numerator)} ${stockUnit}`;
        return [
          id === product.unit?.id ? t`${name} (stock unit)` : size,
          codes.length === 0 ? (
            <Trans key={id}>no barcode</Trans>
          ) : (
            codes.map((barcode) => (
              <div key={barcode.code}>
                {barcode.code} {barcode.kind === "HOUSE" && <Trans>(house code)</Trans>}
              </div>
            ))
          ),
        ] as const;
      })}
    />
  );
}
