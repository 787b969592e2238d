import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import type { Product } from "../offline/views";
import { Notice } from "../ui/Notice";
import { fullName } from "./masterdata/products";
import styles from "./orders.module.css";

export type Looked = { code: string; choices: Product[]; failed?: boolean };

/** A code nobody has, or that several products share (一码多品). */
export function CodeChoice({
  code,
  choices,
  failed = false,
  onChoose,
}: Looked & { onChoose: (product: Product) => void }) {
  if (choices.length === 0) {
    return (
      <Notice tone="waits">
        {failed ? (
          <Trans>The code {code} could not be looked up: no connection to the server.</Trans>
        ) : (
          <Trans>No product has the code {code}.</Trans>
        )}
      </Notice>
    );
  }
  return (
    <Notice
      tone="open"
      action={
        <span className={styles.choices}>
          {choices.map((product) => (
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
