import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Check } from "lucide-react";
import { Link } from "wouter";
import { useCommand } from "../../../data/command";
import { useMe } from "../../../data/me";
import { usePages } from "../../../data/usePages";
import { Quantity } from "../../../ui/Quantity";
import { More } from "../../../ui/Records";
import { CommandNotice } from "../../../ui/Refusal";
import { Section } from "../../../ui/Section";
import { StateChip } from "../../../ui/StateChip";
import { LoadingRows, ProblemState } from "../../../ui/states";
import { useFormat } from "../../../ui/useFormat";
import { placeName } from "../../masterdata/WarehouseSelect";
import { useStockDocumentKind } from "../words";
import { DEALT_WITH, LATE, type Late, placeOf } from "./period";
import styles from "./periods.module.css";

/** What happened on a day that was closed by the time somebody told it. */
export function LateFacts() {
  const { t } = useLingui();
  const pages = usePages(LATE, { first: 20 }, (data) => data.discrepancies);
  return (
    <Section title={t`Late entries`}>
      {pages.nodes.length === 0 ? (
        pages.error ? (
          <ProblemState error={pages.error} onRetry={pages.reload} />
        ) : pages.loading ? (
          <LoadingRows rows={2} height={72} />
        ) : (
          <p className={styles.note}>
            <Trans>Nothing has been reported of a day that was closed already.</Trans>
          </p>
        )
      ) : (
        <>
          <ul className={styles.late} aria-label={t`Late entries`}>
            {pages.nodes.map((fact) => (
              <Fact key={fact.id} fact={fact} onDealtWith={pages.reload} />
            ))}
          </ul>
          {pages.error && <ProblemState error={pages.error} onRetry={pages.reload} />}
          <More pages={pages} />
        </>
      )}
    </Section>
  );
}

function Fact({ fact, onDealtWith }: { fact: Late; onDealtWith: () => void }) {
  const { can } = useMe();
  const format = useFormat();
  const kindOf = useStockDocumentKind();
  const { state, run } = useCommand(DEALT_WITH);
  const { id, status, quantity, product, location, document } = fact;
  const href = placeOf(fact);
  const said = [kindOf(document?.kind ?? ""), document?.number].filter(Boolean).join(" ");
  const close = () =>
    void run({ discrepancyId: id }).then((outcome) => outcome?.status === "ACCEPTED" && onDealtWith());
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
      <p className={styles.facts}>
        {href === undefined ? <span>{said}</span> : <Link href={href}>{said}</Link>}
        {location && <span>{placeName(location)}</span>}
        {document?.occurredAt && (
          <time dateTime={document.occurredAt}>
            <Trans>happened {format.moment(document.occurredAt)}</Trans>
          </time>
        )}
        {document && (
          <time dateTime={document.documentOn}>
            <Trans>posted on {format.date(document.documentOn)}</Trans>
          </time>
        )}
      </p>
      {status === "OPEN" && can("discrepancy.close") && (
        <div className={styles.way}>
          <Button
            variant="default"
            leftSection={<Check size={18} aria-hidden />}
            loading={state.step === "sending"}
            onClick={close}
          >
            <Trans>Mark as dealt with</Trans>
          </Button>
        </div>
      )}
      <CommandNotice state={state} onRepeat={close} onReload={onDealtWith} />
    </li>
  );
}
