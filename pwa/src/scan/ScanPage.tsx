import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ArrowLeftRight, ClipboardCheck, type LucideIcon, PackageCheck, ReceiptText } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useMe } from "../data/me";
import { fullName } from "../features/masterdata/products";
import { type Product, usePlaces, useProducts, usePurchaseOrders, useStock } from "../offline/views";
import { Pending } from "../ui/Pending";
import { Page } from "../ui/Page";
import { Money, Quantity } from "../ui/Quantity";
import { Section } from "../ui/Section";
import { useSearchParam } from "../ui/useSearchParam";
import { CameraScanner } from "./CameraScanner";
import { CodeField } from "./CodeField";
import { ScanNotices } from "./ScanNotices";
import styles from "./ScanPage.module.css";
import { ScanSettingsButton } from "./ScanSettingsButton";
import { ScanFacts } from "./ScanSheet";
import sheet from "./ScanSheet.module.css";
import { useScans } from "./useScans";

/** What is this, how many are there, and on to what is to be done with it. The product stays in the address. */
export default function ScanPage() {
  const { t } = useLingui();
  const [shown, show] = useSearchParam("product");
  const scans = useScans({
    onCode: ({ product }) => {
      show(product.id);
      return null;
    },
  });
  const product = useProducts(shown ? [shown] : []).get(shown);
  const scan = scans.hits.find((hit) => hit.product.id === shown)?.scan;
  return (
    <Page title={t`Scan`}>
      <div className={styles.columns}>
        <div className={styles.column}>
          <CameraScanner onRead={scans.read} />
          <div className={sheet.ways}>
            <CodeField onRead={scans.read} />
            <ScanSettingsButton />
          </div>
        </div>
        <div className={styles.column}>
          <ScanNotices scans={scans} />
          {product ? (
            <ProductCard product={product} facts={scan && <ScanFacts scan={scan} />} />
          ) : (
            <p className={sheet.empty}>
              <Trans>
                Hold a code in the frame, or use a hand scanner: you see the product, its stock, and what to do.
              </Trans>
            </p>
          )}
        </div>
      </div>
    </Page>
  );
}

function ProductCard({ product, facts }: { product: Product; facts: ReactNode }) {
  const { can } = useMe();
  return (
    <>
      <div className={styles.product}>
        <h2>
          <Link href={`/products/${product.id}`}>{fullName(product)}</Link>
        </h2>
        <p className={sheet.facts}>
          <span>{product.sku}</span>
          {product.price != null && (
            <span>
              <Money value={product.price} /> / {product.stockUnit.name}
            </span>
          )}
        </p>
        {facts}
      </div>
      {product.kind === "GOODS" && can("stock.read") && <Stock product={product} />}
      <Actions product={product} />
    </>
  );
}

function Stock({ product }: { product: Product }) {
  const { t } = useLingui();
  const { places } = usePlaces();
  const levels = useStock([product.id]).get(product.id) ?? [];
  const unit = product.stockUnit.name;
  return (
    <Section title={t`Stock by warehouse`}>
      {levels.length === 0 ? (
        <p className={sheet.empty}>
          <Trans>None of it is in your warehouses.</Trans>
        </p>
      ) : (
        <table className={styles.stock}>
          <thead>
            <tr>
              <th scope="col">
                <Trans>Warehouse</Trans>
              </th>
              <th scope="col">
                <Trans>On hand</Trans>
              </th>
              <th scope="col">
                <Trans>Available</Trans>
              </th>
            </tr>
          </thead>
          <tbody>
            {levels.map(({ locationId, onHand, available, pending }) => (
              <tr key={locationId}>
                <th scope="row">{places.find(({ id }) => id === locationId)?.label ?? "—"}</th>
                <td>
                  {pending && <Pending />} <Quantity value={onHand} unit={unit} />
                </td>
                <td>
                  <Quantity value={available} unit={unit} strong />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

/** Each with this product; goods that somebody expects lead to their order. */
function Actions({ product }: { product: Product }) {
  const { t } = useLingui();
  const { can } = useMe();
  const expected = (usePurchaseOrders() ?? []).filter(({ lines }) =>
    lines.some(({ productId }) => productId === product.id),
  );
  const chosen = `?product=${product.id}`;
  const goods = product.kind === "GOODS";
  const ways: { href: string; label: string; detail?: string | undefined; icon: LucideIcon; allowed: boolean }[] = [
    {
      href: expected[0] ? `/purchase-orders/${expected[0].id}` : `/receive/blind${chosen}`,
      label: t`Receive`,
      detail: expected[0]?.number,
      icon: PackageCheck,
      allowed: goods && can("purchase.receive"),
    },
    { href: `/counts/new${chosen}`, label: t`Count`, icon: ClipboardCheck, allowed: goods && can("stock.count") },
    {
      href: `/transfers/new${chosen}`,
      label: t`Transfer`,
      icon: ArrowLeftRight,
      allowed: goods && can("stock.transfer"),
    },
    { href: `/slip${chosen}`, label: t`New sale`, icon: ReceiptText, allowed: can("sales.ship") && can("sales.price") },
  ];
  return (
    <div className={styles.actions}>
      {ways
        .filter(({ allowed }) => allowed)
        .map(({ href, label, detail, icon: Icon }) => (
          <Button
            key={href}
            component={Link}
            href={href}
            variant="default"
            h={56}
            leftSection={<Icon size={20} aria-hidden />}
          >
            <span className={styles.way}>
              {label}
              {detail && <small>{detail}</small>}
            </span>
          </Button>
        ))}
    </div>
  );
}
