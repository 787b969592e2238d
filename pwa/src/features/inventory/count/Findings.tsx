import { ActionIcon } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { CircleCheck, TrendingDown, TrendingUp, Undo2 } from "lucide-react";
import { subtract } from "../../../data/decimal";
import type { Id } from "../../../offline/types";
import type { Product } from "../../../offline/views";
import { Quantity } from "../../../ui/Quantity";
import table from "../../../ui/table.module.css";
import { useFormat } from "../../../ui/useFormat";
import { useWide } from "../../../ui/useWide";
import { fullName } from "../../masterdata/products";
import styles from "./Findings.module.css";
import type { Finding } from "./sheet";

type FindingsProps = {
  findings: readonly Finding[];
  products: ReadonlyMap<Id, Product>;
  onOpen?: (product: Id) => void;
  onTakeBack?: (product: Id) => void;
};

/** What was counted against what the books said at that moment. */
export function Findings(props: FindingsProps) {
  return useWide() ? <Table {...props} /> : <Cards {...props} />;
}

function Table({ findings, products, onOpen, onTakeBack }: FindingsProps) {
  const format = useFormat();
  return (
    <div className={table.scroll}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">
              <Trans>Product</Trans>
            </th>
            <th scope="col" data-number>
              <Trans>In the books</Trans>
            </th>
            <th scope="col" data-number>
              <Trans>Counted</Trans>
            </th>
            <th scope="col" data-number>
              <Trans>Difference</Trans>
            </th>
            <th scope="col">
              <Trans>Counted at</Trans>
            </th>
            {onTakeBack && <td />}
          </tr>
        </thead>
        <tbody>
          {findings.map((finding) => {
            const product = products.get(finding.productId);
            const unit = product?.stockUnit.name;
            return (
              <tr key={finding.productId}>
                <th scope="row">
                  <Name product={product} id={finding.productId} onOpen={onOpen} />
                </th>
                <td data-number>
                  <Quantity value={finding.book} unit={unit} />
                </td>
                <td data-number>
                  <Quantity value={finding.counted} unit={unit} strong />
                </td>
                <td data-number>
                  <Difference finding={finding} unit={unit} />
                </td>
                <td>{format.moment(finding.countedAt)}</td>
                {onTakeBack && (
                  <td data-number>
                    <TakeBack product={product} onTakeBack={() => onTakeBack(finding.productId)} />
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Cards({ findings, products, onOpen, onTakeBack }: FindingsProps) {
  const format = useFormat();
  return (
    <ul className={styles.cards}>
      {findings.map((finding) => {
        const product = products.get(finding.productId);
        const unit = product?.stockUnit.name;
        return (
          <li key={finding.productId}>
            <div className={styles.text}>
              <Name product={product} id={finding.productId} onOpen={onOpen} />
              <span className={styles.dim}>
                <Trans>Counted</Trans> <Quantity value={finding.counted} unit={unit} strong />
                {finding.book !== null && (
                  <>
                    {" · "}
                    <Trans>in the books</Trans> <Quantity value={finding.book} unit={unit} />
                  </>
                )}
              </span>
              <span className={styles.line}>
                <Difference finding={finding} unit={unit} />
                <time className={styles.dim} dateTime={finding.countedAt}>
                  {format.moment(finding.countedAt)}
                </time>
              </span>
            </div>
            {onTakeBack && <TakeBack product={product} onTakeBack={() => onTakeBack(finding.productId)} />}
          </li>
        );
      })}
    </ul>
  );
}

type NameProps = { product: Product | undefined; id: Id; onOpen: ((product: Id) => void) | undefined };

function Name({ product, id, onOpen }: NameProps) {
  const { t } = useLingui();
  const name = product ? fullName(product) : t`A product that is not on this device`;
  return (
    <span className={styles.name}>
      {onOpen ? (
        <button type="button" onClick={() => onOpen(id)}>
          {name}
        </button>
      ) : (
        name
      )}
      <span className={styles.dim}>{product?.sku}</span>
    </span>
  );
}

/** In words and with a shape, not by colour and sign alone. */
function Difference({ finding: { way, difference }, unit }: { finding: Finding; unit: string | undefined }) {
  if (way === "unknown" || difference === null) return <span className={styles.dim}>—</span>;
  if (way === "even") {
    return (
      <span className={styles.even}>
        <CircleCheck size={16} aria-hidden />
        <Trans>agrees</Trans>
      </span>
    );
  }
  return way === "surplus" ? (
    <span className={styles.surplus}>
      <TrendingUp size={16} aria-hidden />
      <Trans>surplus</Trans> <Quantity value={difference} unit={unit} />
    </span>
  ) : (
    <span className={styles.shortage}>
      <TrendingDown size={16} aria-hidden />
      <Trans>shortage</Trans> <Quantity value={subtract("0", difference)} unit={unit} />
    </span>
  );
}

function TakeBack({ product, onTakeBack }: { product: Product | undefined; onTakeBack: () => void }) {
  const { t } = useLingui();
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={44}
      onClick={onTakeBack}
      aria-label={t`Uncount ${product?.name ?? ""}`}
    >
      <Undo2 size={18} aria-hidden />
    </ActionIcon>
  );
}
