import { Trans } from "@lingui/react/macro";
import { type ReactNode, useRef, useState } from "react";
import { type Product, productsByCode } from "../../offline/views";
import { Notice } from "../../ui/Notice";
import type { FieldProblem } from "../../ui/Refusal";
import { Empty, LoadingRows } from "../../ui/states";
import { useWedge } from "../../ui/useWedge";
import { CodeChoice, type Looked } from "../CodeChoice";
import { LineEditor } from "../LineEditor";
import { fullName } from "../masterdata/products";
import { ProductPicker } from "../masterdata/ProductPicker";
import type { GoodsLinesOf } from "./useGoodsLines";

type GoodsLinesProps = {
  goods: GoodsLinesOf;
  problems: readonly FieldProblem[];
  tried: boolean;
  /** What an empty document says. */
  begin: ReactNode;
};

/** Lines of goods by scan, search or keyboard. */
export function GoodsLines({ goods, problems, tried, begin }: GoodsLinesProps) {
  const [looked, setLooked] = useState<Looked | null>(null);
  const [service, setService] = useState<Product | null>(null);
  const picker = useRef<HTMLInputElement>(null);

  const add = (product: Product, code?: string) => {
    setLooked(null);
    setService(product.kind === "SERVICE" ? product : null);
    if (product.kind === "GOODS") goods.add(product, code);
  };
  useWedge((code) => {
    void productsByCode(code).then((choices) => {
      const [only, ...others] = choices;
      return only && others.length === 0 ? add(only, code) : setLooked({ code, choices });
    });
  });
  const name = service && fullName(service);
  return (
    <>
      <LineEditor
        lines={goods.lines}
        checks={goods.checks}
        problems={problems}
        pricing="hidden"
        available={goods.available}
        tried={tried}
        onChange={goods.change}
        onUnit={goods.changeUnit}
        onLeave={() => picker.current?.focus()}
      />
      {goods.missing > 0 && <LoadingRows rows={goods.missing} height={56} />}
      {looked && <CodeChoice {...looked} onChoose={(product) => add(product, looked.code)} />}
      {name && (
        <Notice tone="waits">
          <Trans>{name} is a service: there is no stock of it.</Trans>
        </Notice>
      )}
      <ProductPicker onChoose={(product) => add(product)} inputRef={picker} />
      {goods.lines.length + goods.missing === 0 && <Empty title={<Trans>No lines yet</Trans>}>{begin}</Empty>}
    </>
  );
}
