import { Trans, useLingui } from "@lingui/react/macro";
import { ArrowDownLeft, ArrowLeftRight, ArrowUpRight } from "lucide-react";
import { Unreachable } from "../../data/errors";
import { graphql } from "../../data/graphql";
import { usePages } from "../../data/usePages";
import { Quantity } from "../../ui/Quantity";
import { Forbidden, LoadingRows, ProblemState } from "../../ui/states";
import { useFormat } from "../../ui/useFormat";
import { placeName } from "../masterdata/WarehouseSelect";
import styles from "./RecentMoves.module.css";
import { useStockDocumentKind } from "./words";

const MOVES = graphql(`
  query Moves($product: ID!, $after: String) {
    stockMoves(first: 10, after: $after, filter: { productId: { eq: $product } }, orderBy: [EFFECTIVE_AT_DESC]) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        position
        quantity
        effectiveAt
        source {
          name
          warehouse {
            name
          }
        }
        target {
          name
          warehouse {
            name
          }
        }
        document {
          id
          kind
          number
        }
      }
    }
  }
`);

/** What went in and out last. A place outside the warehouses is null and only gives the direction. */
export function RecentMoves({ productId, unit }: { productId: string; unit: string | undefined }) {
  const { t } = useLingui();
  const format = useFormat();
  const kindOf = useStockDocumentKind();
  const pages = usePages(MOVES, { product: productId }, (data) => data.stockMoves);
  if (pages.forbidden) return <Forbidden />;
  if (pages.nodes.length === 0) {
    if (pages.error instanceof Unreachable) {
      return (
        <p className={styles.dim}>
          <Trans>The latest moves come from the server, as soon as it can be reached.</Trans>
        </p>
      );
    }
    if (pages.error) return <ProblemState error={pages.error} onRetry={pages.reload} />;
    return pages.loading ? (
      <LoadingRows rows={3} />
    ) : (
      <p>
        <Trans>Nothing has moved yet.</Trans>
      </p>
    );
  }
  return (
    <>
      <ul className={styles.moves}>
        {pages.nodes.map((move) => {
          const { source, target } = move;
          const [way, Icon, place] =
            source && target
              ? ["between", ArrowLeftRight, `${placeName(source)} → ${placeName(target)}`]
              : target
                ? ["in", ArrowDownLeft, placeName(target)]
                : ["out", ArrowUpRight, source && placeName(source)];
          return (
            <li key={`${move.document?.id}.${move.position}`} data-way={way}>
              <Icon size={18} aria-label={way === "in" ? t`in` : way === "out" ? t`out` : t`moved`} />
              <span className={styles.what}>
                <span>{kindOf(move.document?.kind ?? "")}</span>
                <span className={styles.dim}>
                  {move.document?.number} · {place}
                </span>
              </span>
              <span className={styles.much}>
                <span>
                  {way === "in" ? "+" : way === "out" ? "−" : ""}
                  <Quantity value={move.quantity} unit={unit} />
                </span>
                <time dateTime={move.effectiveAt} className={styles.dim}>
                  {format.moment(move.effectiveAt)}
                </time>
              </span>
            </li>
          );
        })}
      </ul>
      {pages.more && (
        <button type="button" className={styles.more} onClick={pages.more}>
          <Trans>Show more</Trans>
        </button>
      )}
    </>
  );
}
