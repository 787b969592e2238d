import { useLingui } from "@lingui/react/macro";
import { type Ref, useCallback } from "react";
import { SearchPicker } from "../../ui/SearchPicker";
import { Quantity } from "../../ui/Quantity";
import { findProducts, type FoundProduct, fullName } from "./products";

type ProductPickerProps = {
  onChoose: (product: FoundProduct) => void;
  disabled?: boolean;
  inputRef?: Ref<HTMLInputElement>;
};

export function ProductPicker({ onChoose, disabled = false, inputRef }: ProductPickerProps) {
  const { t } = useLingui();
  const find = useCallback(async (words: string, signal: AbortSignal) => {
    const products = await findProducts(words, signal);
    return products.map((product) => ({
      id: product.id,
      label: fullName(product),
      detail: (
        <>
          {product.sku} · <Quantity value={product.available} unit={product.unit?.name} />
        </>
      ),
      product,
    }));
  }, []);
  return (
    <SearchPicker
      label={t`Add a product`}
      hideLabel
      placeholder={t`Scan, or search a product`}
      find={find}
      onChoose={({ product }) => onChoose(product)}
      disabled={disabled}
      {...(inputRef && { inputRef })}
    />
  );
}
