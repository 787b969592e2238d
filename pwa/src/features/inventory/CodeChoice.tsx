import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import type { Product } from "../../offline/views";
import { Notice } from "../../ui/Notice";
import { fullName } from "../masterdata/products";
import styles from "./CodeChoice.module.css";

type CodeChoiceProps = { code: string; products: readonly Product[]; onChoose: (product: Product) => void };

/** A code that nobody has, or that several products share (一码多品). */
export function CodeChoice({ code, products, onChoose }: CodeChoiceProps) {
  if (products.length === 0) {
    return (
      <Notice tone="waits">
        <Trans>No product has the code {code}.</Trans>
      </Notice>
    );
  }
  return (
    <Notice
      tone="open"
      action={
        <span className={styles.choices}>
          {products.map((product) => (
            <Button key={product.id} variant="default" onClick={() => onChoose(product)}>
              {fullName(product)}
            </Button>
          ))}
        </span>
      }
    >
      <Trans>Several products have the code {code}. Which one is it?</Trans>
    </Notice>
  );
}
