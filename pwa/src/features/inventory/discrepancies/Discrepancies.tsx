import { Trans } from "@lingui/react/macro";
import { Link } from "wouter";
import { type ReactNode } from "react";
import { useMe } from "../../../data/me";
import { usePages } from "../../../data/usePages";
import { Quantity } from "../../../ui/Quantity";
import { More } from "../../../ui/Records";
import { StateChip } from "../../../ui/StateChip";
import { LoadingRows, ProblemState } from "../../../ui/states";
import { useFormat } from "../../../ui/useFormat";
import { placeName } from "../../masterdata/WarehouseSelect";
import { useDiscrepancyKind, useStockDocumentKind } from "../words";
import { CloseButton } from "./CloseButton";
import styles from "./discrepancies.module.css";
import { DISCREPANCIES, type Discrepancy, type DiscrepancyFilter, placeOf } from "./discrepancy";
import { useHint } from "./useHint";

type DiscrepanciesProps = { filter: DiscrepancyFilter; label: string; empty: ReactNode; kinds?: boolean };

/** What is not as it should be. `kinds`: there are several, and each says what it is and what to do. */
export function Discrepancies({ filter, label, empty, kinds = false }: DiscrepanciesProps) {
  const pages = usePages(DISCREPANCIES, { first: 20, filter }, (data) => data.discrepancies);
  if (pages.nodes.length === 0) {
    if (pages.error) return <ProblemState error={pages.error} onRetry={pages.reload} />;
    return pages.loading ? <LoadingRows rows={3} height={72} /> : empty;
  }
  return (
    <>
      <ul className={styles.rows} aria-label={label}>
        {pages.nodes.map((one) => (
          <One key={one.id} about={one} kinds={kinds} onDealtWith={pages.reload} />
        ))}
      </ul>
      {pages.error && <ProblemState error={pages.error} onRetry={pages.reload} />}
      <More pages={pages} />
    </>
  );
}

type OneProps = { about: Discrepancy; kinds: boolean; onDealtWith: () => void };

function One({ about, kinds, onDealtWith }: OneProps) {
  const { can } = useMe();
  const format = useFormat();
  const documentKind = useStockDocumentKind();
  const kindOf = useDiscrepancyKind();
  const hint = useHint();
  const { kind, status, quantity, note, openedAt, closedAt, product, location, document } = about;
  const href = placeOf(about);
  const said = [documentKind(document?.kind ?? ""), document?.number].filter(Boolean).join(" ");
  const late = document?.occurredAt != null && kind === "CLOSED_PERIOD";
  return (
    <li>
      <div className={styles.what}>
        <strong>{product && <Link href={`/products/${product.id}`}>{product.name}</Link>}</strong>
        <Quantity value={quantity} unit={product?.unit?.name} />
        {status === "OPEN" ? (
          <StateChip tone="needs">
            <Trans>To look at</Trans>
          </StateChip>
        ) : (
          <StateChip tone="done">
            <Trans>Dealt with</Trans>
          </StateChip>
        )}
      </div>
      {kinds && (
        <p className={styles.why}>
          {kindOf(kind)}
          {status === "OPEN" && <span className={styles.hint}>{hint(kind)}</span>}
        </p>
      )}
      <p className={styles.facts}>
        {href === undefined ? said && <span>{said}</span> : <Link href={href}>{said}</Link>}
        {location && <span>{placeName(location)}</span>}
        {late ? (
          <time dateTime={document.occurredAt ?? ""}>
            <Trans>happened {format.moment(document.occurredAt ?? "")}</Trans>
          </time>
        ) : (
          <time dateTime={openedAt}>{format.moment(openedAt)}</time>
        )}
        {late && (
          <time dateTime={document.documentOn}>
            <Trans>posted on {format.date(document.documentOn)}</Trans>
          </time>
        )}
      </p>
      {status === "CLOSED" && (note !== "" || kinds) && (
        <p className={styles.facts}>
          {note !== "" && <span>{note}</span>}
          {closedAt && <time dateTime={closedAt}>{format.moment(closedAt)}</time>}
        </p>
      )}
      {status === "OPEN" && can("discrepancy.close") && (
        <div className={styles.way}>
          <CloseButton about={about} onDealtWith={onDealtWith} />
        </div>
      )}
    </li>
  );
}
