import { Trans } from "@lingui/react/macro";
import { type ReactNode, useRef, useState } from "react";
import type { Product } from "../../offline/views";
import { useScan } from "../../scan/useScan";
import { Notice } from "../../ui/Notice";
import type { FieldProblem } from "../../ui/Refusal";
import { Empty, LoadingRows } from "../../ui/states";
import { LineEditor } from "../LineEditor";
import { ProductPicker } from "../masterdata/ProductPicker";
import styles from "./GoodsLines.module.css";
import type { GoodsLinesOf } from "./useGoodsLines";

type GoodsLinesProps = {
  goods: GoodsLinesOf;
  problems: readonly FieldProblem[];
  tried: boolean;
  /** What an empty document says. */
  begin: ReactNode;
};

const NoStock = ({ name }: { name: string }) => <Trans>{name} is a service: there is no stock of it.</Trans>;

/** Lines of goods by scan, search or keyboard. */
export function GoodsLines({ goods, problems, tried, begin }: GoodsLinesProps) {
  const [service, setService] = useState<Product | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const scan = useScan({
    onCode: ({ product, unit, quantity }) => {
      if (product.kind === "SERVICE") return <NoStock name={product.name} />;
      goods.add(product, unit, quantity);
      return null;
    },
    onUndo: ({ product, unit, quantity }) => goods.add(product, unit, `-${quantity}`),
  });
  const choose = (product: Product) => {
    setService(product.kind === "SERVICE" ? product : null);
    if (product.kind === "GOODS") goods.add(product, product.stockUnit, "1");
  };
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
      {scan.notice}
      {service && (
        <Notice tone="waits">
          <NoStock name={service.name} />
        </Notice>
      )}
      <div className={styles.ways}>
        <div className={styles.picker}>
          <ProductPicker onChoose={choose} inputRef={picker} />
        </div>
        {scan.button}
      </div>
      {scan.sheet}
      {goods.lines.length + goods.missing === 0 && <Empty title={<Trans>No lines yet</Trans>}>{begin}</Empty>}
    </>
  );
}
