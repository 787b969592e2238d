import { Trans, useLingui } from "@lingui/react/macro";
import {
  ArrowLeftRight,
  CircleCheck,
  ClipboardList,
  FilePen,
  type LucideIcon,
  PackageCheck,
  Search,
  Stamp,
  TriangleAlert,
  Truck,
} from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { graphql } from "../data/graphql";
import { useMe } from "../data/me";
import { useQuery } from "../data/useQuery";
import { useSheets } from "../features/inventory/count/sheets";
import { arriving } from "../features/inventory/transfer/arriving";
import { useStockDocumentKind } from "../features/inventory/words";
import { Opening, useLoaded } from "../features/Opening";
import { usePlaces, usePurchaseOrders, useQueue, useSalesOrders, useTransfers } from "../offline/views";
import { Page } from "../ui/Page";
import { Pending } from "../ui/Pending";
import { Section } from "../ui/Section";
import { Empty } from "../ui/states";
import { useFormat } from "../ui/useFormat";
import { hold, useWedge } from "../ui/useWedge";
import styles from "./Home.module.css";
import { useWrites } from "./NewDocument";

const HOME = graphql(`
  query Home($stock: Boolean!, $discrepancies: Boolean!) {
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

/** What there is to do, counted on this device; what only the server knows comes beside it when it can be reached. */
export function Home() {
  const { t } = useLingui();
  const { can } = useMe();
  const writes = useWrites();
  const loaded = useLoaded();
  const { data } = useQuery(HOME, { stock: can("stock.read"), discrepancies: can("discrepancy.read") });
  const [, go] = useLocation();
  useWedge((code) => {
    hold(code);
    go("/scan");
  }, can("product.read"));
  return (
    <Page title={t`Home`}>
      <SearchField />
      {loaded === false ? <Opening /> : <Tiles discrepancies={data?.toClear?.totalCount} />}
      {writes && (
        <Link href="/new" className={styles.slip}>
          <FilePen size={20} aria-hidden />
          <Trans>New document</Trans>
        </Link>
      )}
      <OnTheirWay />
      {data?.recent && <Recent documents={data.recent.nodes} />}
    </Page>
  );
}

function SearchField() {
  const { t } = useLingui();
  const { can } = useMe();
  const [, go] = useLocation();
  const [words, setWords] = useState("");
  if (!can("product.read")) return null;
  return (
    <form
      className={styles.search}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        go(`/products?search=${encodeURIComponent(words.trim())}`);
      }}
    >
      <Search size={20} aria-hidden />
      <input
        type="search"
        aria-label={t`Search products`}
        placeholder={t`Name, pinyin, SKU or the last digits of a barcode`}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        autoComplete="off"
        enterKeyHint="search"
      />
    </form>
  );
}

function Tiles({ discrepancies }: { discrepancies: number | undefined }) {
  const { t } = useLingui();
  const { can } = useMe();
  const { places, first } = usePlaces();
  const purchases = usePurchaseOrders();
  const sales = useSalesOrders();
  const transfers = useTransfers();
  const sheets = useSheets();
  const here = places.find(({ id }) => id === first);
  const toReceive = purchases?.filter(({ status }) => status === "OPEN" || status === "PARTLY_RECEIVED").length;
  const toConfirm = sales?.filter(({ status }) => status === "DRAFT").length;
  const toShip = sales?.filter(({ status }) => status === "CONFIRMED" || status === "PARTLY_SHIPPED").length;
  const coming = transfers?.filter((transfer) => arriving(transfer, here)).length;
  const begun = sheets?.filter(({ body }) => body.handedInAt === null).length;
  return (
    <div className={styles.tiles}>
      {can("purchase.read") && (
        <Tile icon={PackageCheck} label={t`To receive`} count={toReceive} href="/purchase-orders?state=open" />
      )}
      {can("sales.order") && (
        <Tile icon={Stamp} label={t`To confirm`} count={toConfirm} href="/sales-orders?state=draft" />
      )}
      {can("sales.read") && <Tile icon={Truck} label={t`To ship`} count={toShip} href="/sales-orders?state=open" />}
      {can("stock.transfer") && <Tile icon={ArrowLeftRight} label={t`Coming here`} count={coming} href="/transfers" />}
      {can("stock.count") && <Tile icon={ClipboardList} label={t`Counts begun`} count={begun} href="/counts" />}
      {discrepancies !== undefined && (
        <Tile icon={TriangleAlert} label={t`Discrepancies`} count={discrepancies} href="/discrepancies" urgent />
      )}
    </div>
  );
}

type TileProps = { icon: LucideIcon; label: string; count: number | undefined; href?: string; urgent?: boolean };

/** A number that is not known yet keeps its place. */
function Tile({ icon: Icon, label, count, href, urgent = false }: TileProps) {
  const format = useFormat();
  const content = (
    <>
      <span className={styles.label}>
        <Icon size={18} aria-hidden />
        {label}
      </span>
      <span className={styles.count}>
        {count === undefined ? (
          "…"
        ) : count === 0 ? (
          <CircleCheck size={28} strokeWidth={1.6} aria-label="0" />
        ) : (
          format.count(count)
        )}
      </span>
    </>
  );
  const state = { className: styles.tile, "data-urgent": (urgent && (count ?? 0) > 0) || undefined };
  return href === undefined ? (
    <div {...state}>{content}</div>
  ) : (
    <Link href={href} {...state}>
      {content}
    </Link>
  );
}

const SHOWN = 5;

/** What was done here last and is not confirmed yet. */
function OnTheirWay() {
  const { calls } = useQueue();
  const waiting = calls.filter(({ state }) => state === "waiting" || state === "sent").slice(-SHOWN);
  if (waiting.length === 0) return null;
  return (
    <Section title={<Trans>On their way</Trans>}>
      <ul className={styles.waiting}>
        {waiting.toReversed().map(({ id, label }) => (
          <li key={id}>
            <Link href={label.href ?? "/queue"}>
              <span className={styles.kind}>{label.title}</span>
              <Pending />
              <span className={styles.number}>{label.detail}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
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
