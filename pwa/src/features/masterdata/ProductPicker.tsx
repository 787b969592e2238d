import { Trans, useLingui } from "@lingui/react/macro";
import { type Ref, useState } from "react";
import { add } from "../../data/decimal";
import { useMe } from "../../data/me";
import { type Product, useStock } from "../../offline/views";
import { Quantity } from "../../ui/Quantity";
import { SearchPicker } from "../../ui/SearchPicker";
import { fullName, useFindProducts } from "./products";

type ProductPickerProps = {
  onChoose: (product: Product) => void;
  disabled?: boolean;
  inputRef?: Ref<HTMLInputElement>;
};

/** Finds a product by name, pinyin, SKU or the last digits of a barcode, with what is available of it in all. */
export function ProductPicker({ onChoose, disabled = false, inputRef }: ProductPickerProps) {
  const { t } = useLingui();
  const { can } = useMe();
  const [words, setWords] = useState<string | null>(null);
  const { products, failed } = useFindProducts(words ?? "", can("sales.price"));
  const stock = useStock((products ?? []).map(({ id }) => id));
  return (
    <SearchPicker
      label={t`Add a product`}
      hideLabel
      placeholder={t`Scan, or search a product`}
      words={words}
      onWords={setWords}
      rows={products?.map((product) => ({
        id: product.id,
        label: fullName(product),
        detail: (
          <>
            {product.sku}
            {can("stock.read") && product.kind === "GOODS" && (
              <>
                {" · "}
                <Quantity
                  value={add(...(stock.get(product.id) ?? []).map(({ available }) => available))}
                  unit={product.stockUnit.name}
                />
              </>
            )}
          </>
        ),
        product,
      }))}
      nothing={failed && <Trans>No connection to the server, and no products on this device yet</Trans>}
      onChoose={({ product }) => onChoose(product)}
      disabled={disabled}
      {...(inputRef && { inputRef })}
    />
  );
}
