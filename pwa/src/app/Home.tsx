import { Trans, useLingui } from "@lingui/react/macro";
import { CircleCheck, FilePen, type LucideIcon, PackageCheck, Stamp, TriangleAlert, Truck } from "lucide-react";
import { Link } from "wouter";
import { graphql } from "../data/graphql";
import { useQuery } from "../data/useQuery";
import { useStockDocumentKind } from "../features/inventory/words";
import { Page } from "../ui/Page";
import { Section } from "../ui/Section";
import { Empty, LoadingRows, ProblemState } from "../ui/states";
import { useFormat } from "../ui/useFormat";
import styles from "./Home.module.css";
import { useMe } from "../data/me";

const HOME = graphql(`
  query Home($purchases: Boolean!, $sales: Boolean!, $stock: Boolean!, $discrepancies: Boolean!) {
    toReceive: purchaseOrders(first: 1, filter: { status: { in: [OPEN, PARTLY_RECEIVED] } }) @include(if: $purchases) {
      totalCount
    }
    toConfirm: salesOrders(first: 1, filter: { status: { eq: DRAFT } }) @include(if: $sales) {
      totalCount
    }
    toShip: salesOrders(first: 1, filter: { status: { in: [CONFIRMED, PARTLY_SHIPPED] } }) @include(if: $sales) {
      totalCount
    }
    toClear: discrepancies(first: 1, filter: { status: { eq: OPEN } }) @include(if: $discrepancies) {
      totalCount
    }
    recent: stockDocuments(first: 8, orderBy: [DOCUMENT_ON_DESC]) @include(if: $stock) {
      nodes {
        id
        number
        kind
        createdAt
        partner {
          name
        }
      }
    }
  }
`);

export function Home() {
  const { t } = useLingui();
  const { can } = useMe();
  const { data, error, reload } = useQuery(HOME, {
    purchases: can("purchase.read"),
    sales: can("sales.read"),
    stock: can("stock.read"),
    discrepancies: can("discrepancy.read"),
  });
  return (
    <Page title={t`Home`}>
      {data ? (
        <>
          <div className={styles.tiles}>
            {data.toReceive && (
              <Tile
                icon={PackageCheck}
                label={t`To receive`}
                count={data.toReceive.totalCount}
                href="/purchase-orders?state=open"
              />
            )}
            {data.toConfirm && (
              <Tile
                icon={Stamp}
                label={t`To confirm`}
                count={data.toConfirm.totalCount}
                href="/sales-orders?state=draft"
              />
            )}
            {data.toShip && (
              <Tile icon={Truck} label={t`To ship`} count={data.toShip.totalCount} href="/sales-orders?state=open" />
            )}
            {data.toClear && (
              <Tile icon={TriangleAlert} label={t`Discrepancies`} count={data.toClear.totalCount} urgent />
            )}
          </div>
          {can("sales.ship") && can("sales.price") && (
            <Link href="/slip" className={styles.slip}>
              <FilePen size={20} aria-hidden />
              <Trans>New slip: sell and ship at once</Trans>
            </Link>
          )}
          {data.recent && <Recent documents={data.recent.nodes} />}
        </>
      ) : error ? (
        <ProblemState error={error} onRetry={() => void reload()} />
      ) : (
        <LoadingRows rows={6} height={72} />
      )}
    </Page>
  );
}

type TileProps = { icon: LucideIcon; label: string; count: number; href?: string; urgent?: boolean };

function Tile({ icon: Icon, label, count, href, urgent = false }: TileProps) {
  const format = useFormat();
  const content = (
    <>
      <span className={styles.label}>
        <Icon size={18} aria-hidden />
        {label}
      </span>
      <span className={styles.count}>
        {count === 0 ? <CircleCheck size={28} strokeWidth={1.6} aria-label="0" /> : format.count(count)}
      </span>
    </>
  );
  const state = { className: styles.tile, "data-urgent": (urgent && count > 0) || undefined };
  return href === undefined ? (
    <div {...state}>{content}</div>
  ) : (
    <Link href={href} {...state}>
      {content}
    </Link>
  );
}

type Recent = { id: string; number: string; kind: string; createdAt: string; partner: { name: string } | null };

function Recent({ documents }: { documents: readonly Recent[] }) {
  const format = useFormat();
  const kindOf = useStockDocumentKind();
  return (
    <Section title={<Trans>Latest stock documents</Trans>}>
      {documents.length === 0 ? (
        <Empty title={<Trans>Nothing has moved yet</Trans>}>
          <Trans>Receipts, shipments and counts appear here as they are booked.</Trans>
        </Empty>
      ) : (
        <ul className={styles.recent}>
          {documents.map((document) => (
            <li key={document.id}>
              <span className={styles.kind}>{kindOf(document.kind)}</span>
              <time dateTime={document.createdAt}>{format.moment(document.createdAt)}</time>
              <span className={styles.number}>{document.number}</span>
              <span className={styles.partner}>{document.partner?.name}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
