import { Trans } from "@lingui/react/macro";
import { StateChip } from "../../ui/StateChip";

/** What is unusual about a product. */
export function ProductMarks({ product }: { product: { kind: string; active: boolean } }) {
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
