import { Button, NativeSelect } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { OUTCOME, useCommand } from "../data/command";
import { request } from "../data/client";
import { graphql } from "../data/graphql";
import { ProductPicker } from "../features/masterdata/ProductPicker";
import { fullName } from "../features/masterdata/products";
import type { Product, ProductUnit } from "../offline/views";
import { Notice } from "../ui/Notice";
import { CommandNotice } from "../ui/Refusal";
import styles from "./ScanSheet.module.css";

const PRODUCT = graphql(`
  query ProductToBind($id: ID!) {
    product(id: $id) {
      id
      version
      sku
      name
      spec
      kind
      price
      active
      unitId
      category {
        id
      }
      units {
        unitId
        numerator
        denominator
      }
      barcodes {
        code
        unit {
          id
        }
      }
    }
  }
`);

const SAVE = graphql(
  `
    mutation BindCode($id: UUID!, $input: SaveProductsInput!) {
      outcome: saveProducts(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

type BindCodeProps = { code: string; onBound: (product: Product, unit: ProductUnit) => void; onLeave: () => void };

/** Gives a code to a product, or to the unit that it stands for. Products are the server's: this needs a connection. */
export function BindCode({ code, onBound, onLeave }: BindCodeProps) {
  const { t } = useLingui();
  const { state, run } = useCommand(SAVE);
  const [product, setProduct] = useState<Product | null>(null);
  const [unit, setUnit] = useState<string | null>(null);
  const [unreachable, setUnreachable] = useState(false);

  const bind = async () => {
    if (!product) return;
    setUnreachable(false);
    try {
      const { data } = await request(PRODUCT, { id: product.id });
      const stored = data.product;
      if (!stored) return;
      const { version, category, units, barcodes, ...record } = stored;
      const outcome = await run({
        records: [
          {
            ...record,
            unitId: record.unitId ?? product.stockUnit.id,
            baseVersion: version,
            categoryId: category?.id ?? null,
            units: units ?? [],
            barcodes: [
              ...(barcodes ?? []).map((known) => ({ code: known.code, unitId: known.unit?.id ?? null })),
              { code, unitId: unit },
            ],
          },
        ],
      });
      const one = product.units.find(({ id }) => id === unit) ?? product.stockUnit;
      if (outcome?.status === "ACCEPTED") onBound(product, one);
    } catch {
      setUnreachable(true);
    }
  };

  const busy = state.step === "sending";
  return (
    <div className={styles.bind}>
      <ProductPicker
        onChoose={(chosen) => {
          setProduct(chosen);
          setUnit(null);
        }}
        disabled={busy}
      />
      {product && <strong>{fullName(product)}</strong>}
      {product && product.units.length > 1 && (
        <NativeSelect
          label={t`The code is that of one`}
          value={unit ?? ""}
          data={product.units.map(({ id, name }) => ({ value: id === product.stockUnit.id ? "" : id, label: name }))}
          onChange={(event) => setUnit(event.currentTarget.value || null)}
        />
      )}
      {unreachable && (
        <Notice tone="waits">
          <Trans>Binding a code needs a connection to the server. The scan is not lost: note the code, go on.</Trans>
        </Notice>
      )}
      <CommandNotice state={state} onRepeat={() => void bind()} onReload={() => void bind()} />
      <div className={styles.choices}>
        <Button disabled={!product} loading={busy} onClick={() => void bind()}>
          <Trans>Bind</Trans>
        </Button>
        <Button variant="subtle" onClick={onLeave}>
          <Trans>Leave it</Trans>
        </Button>
      </div>
    </div>
  );
}
