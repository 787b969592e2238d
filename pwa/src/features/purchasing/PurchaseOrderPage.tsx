import { plural } from "@lingui/core/macro";
import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { PackageCheck } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { useMe } from "../../data/me";
import { after } from "../../data/progress";
import { useQuery } from "../../data/useQuery";
import { uuid7 } from "../../data/uuid";
import { useOffline } from "../../offline/commands";
import { usePlaces, useProducts, usePurchaseOrder } from "../../offline/views";
import { Facts } from "../../ui/Facts";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { Pending } from "../../ui/Pending";
import { ProgressLines, type Words } from "../../ui/ProgressLines";
import { QueuedNotice } from "../../ui/QueuedNotice";
import { Empty } from "../../ui/states";
import { useFormat } from "../../ui/useFormat";
import { WarehouseSelect } from "../masterdata/WarehouseSelect";
import { DocumentPhotos } from "../../scan/DocumentPhotos";
import { NotHere } from "../NotHere";
import { Opening, useLoaded } from "../Opening";
import { useSettled } from "../useSettled";
import { OrderEntry } from "../OrderEntry";
import { OrderExtras } from "../OrderExtras";
import styles from "../orders.module.css";
import { said } from "../said";
import { useCorrection } from "../useCorrection";
import { useLineEntry } from "../useLineEntry";
import { useLineScan } from "../useLineScan";
import { ofDevice, ofServer, ORDER, type OrderView } from "./order";
import { PurchaseOrderState } from "./OrderState";

type Receipts = ReturnType<typeof useOffline<"purchasing.record_receipt">>;

/**
 * The order as this device has it, and with a network what the office wants to know besides. One that is not here, such
 * as a closed one, is asked for from the server.
 */
export default function PurchaseOrderPage({ id }: { id: string }) {
  const { t } = useLingui();
  const { can } = useMe();
  const kept = usePurchaseOrder(id);
  const loaded = useLoaded();
  const products = useProducts((kept?.lines ?? []).map((line) => line.productId));
  const receipts = useOffline("purchasing.record_receipt");
  const { data, ...asked } = useQuery(ORDER, { id, price: can("purchase.price") });
  useSettled(kept?.pending, asked.reload);

  const server = data?.purchaseOrder;
  // The first load brings orders and products one after the other: until both are here, what was shown stays.
  const whole = kept && (kept.lines.length === 0 || kept.lines.some(({ productId }) => products.has(productId)));
  const order = whole ? ofDevice(kept, products) : server && kept !== undefined ? ofServer(server) : null;
  if (order) {
    return (
      <Order order={order} receipts={receipts}>
        {server && (
          <OrderExtras title={<Trans>Receipts so far</Trans>} total={server.total} documents={server.receipts} />
        )}
      </Order>
    );
  }
  return (
    <Page title={t`Purchase order`} back={{ href: "/purchase-orders", label: t`Back to the purchase orders` }}>
      {kept !== null || !loaded ? (
        <Opening />
      ) : (
        <NotHere {...asked} missing={data !== undefined && !server} root="purchaseOrder">
          {can("purchase.receive") && (
            <Link href="/receive/blind">
              <Trans>Receive without an order</Trans>
            </Link>
          )}
        </NotHere>
      )}
    </Page>
  );
}

function useWords(): Words {
  const { t } = useLingui();
  return {
    ordered: t`Ordered`,
    done: t`Received`,
    now: t`This time`,
    complete: <Trans>complete</Trans>,
    none: (quantity) => <Trans>{quantity} to come</Trans>,
    open: (quantity) => <Trans>{quantity} still to come</Trans>,
    over: (quantity) => <Trans>{quantity} too many</Trans>,
  };
}

type OrderProps = { order: OrderView; receipts: Receipts; children: ReactNode };

/** Goods that are here are a fact: more than was ordered is said in words and taken in all the same. */
function Order({ order, receipts, children }: OrderProps) {
  const { t } = useLingui();
  const { can } = useMe();
  const format = useFormat();
  const words = useWords();
  const { places, keep } = usePlaces();
  const entry = useLineEntry(order.lines, { name: `receipt:${order.id}`, onTouch: receipts.clear });
  const { replaces, done } = useCorrection(receipts.state, entry.comeBack);
  const [chosenPlace, setPlace] = useState<string>();

  const place = chosenPlace ?? order.locationId;
  const receiving = can("purchase.receive") && order.status !== "CANCELLED";
  const open = entry.rows.filter(({ progress }) => progress.open !== "0");
  const over = entry.rows.filter(({ progress, now }) => now !== "0" && after(progress, now).state === "over");
  const scan = useLineScan(entry.rows, entry.add, receiving);

  const submit = async () => {
    const lines = entry.sent.length;
    const label = {
      title: t`Receipt from ${order.partnerName}`,
      detail: t`${order.number}, ${plural(lines, { one: "# line", other: "# lines" })}`,
      href: `/purchase-orders/${order.id}`,
    };
    await receipts.run(
      { documentId: uuid7(), orderId: order.id, locationId: place, lines: entry.sent },
      { lane: order.id, label, replaces },
    );
    keep(place);
    entry.clear();
    done();
  };

  return (
    <Page
      title={order.partnerName}
      back={{ href: "/purchase-orders", label: t`Back to the purchase orders` }}
      chip={
        <>
          <PurchaseOrderState status={order.status} />
          {order.pending && <Pending word />}
        </>
      }
      facts={
        order.expectedOn
          ? t`${order.number} · expected ${format.date(order.expectedOn)}`
          : `${order.number} · ${format.date(order.documentOn)}`
      }
      action={
        receiving
          ? {
              icon: PackageCheck,
              label:
                entry.sent.length === 0 ? (
                  <Trans>Confirm receipt</Trans>
                ) : (
                  <Plural
                    value={entry.sent.length}
                    one="Confirm receipt of # line"
                    other="Confirm receipt of # lines"
                  />
                ),
              disabled: entry.sent.length === 0 || entry.unreadable || place === "",
              onAct: () => void submit().catch(said),
            }
          : undefined
      }
    >
      <QueuedNotice state={receipts.state} />
      {scan.notice}
      {scan.sheet}
      {over.length > 0 && (
        <Notice tone="waits">
          <Trans>More than was ordered. It is taken in as it is, and a discrepancy is opened for the buyer:</Trans>{" "}
          {over
            .map(({ line, progress, now }) => {
              const { by } = after(progress, now);
              return `${line.product?.name} ${t`${format.quantity(by)} ${progress.unit} too many`}`;
            })
            .join(", ")}
        </Notice>
      )}
      {receiving ? (
        <div className={styles.tools}>
          <WarehouseSelect places={places} value={place} onChange={setPlace} />
          {open.length > 0 && (
            <Button
              variant="default"
              onClick={() => entry.put(Object.fromEntries(open.map(({ id, progress }) => [id, progress.open])))}
            >
              <Trans>All has come</Trans>
            </Button>
          )}
          {scan.button}
        </div>
      ) : (
        <Facts
          facts={[
            [t`To warehouse`, places.find(({ id }) => id === order.locationId)?.label],
            [t`Date`, format.date(order.documentOn)],
          ]}
        />
      )}
      {order.lines.length === 0 ? (
        <Empty title={<Trans>This order has no lines</Trans>} />
      ) : receiving ? (
        <OrderEntry entry={entry} words={words} />
      ) : (
        <ProgressLines lines={order.lines} words={words} />
      )}
      {order.note ? <Facts facts={[[t`Note`, order.note]]} /> : null}
      <DocumentPhotos documentId={order.id} title={order.number} href={`/purchase-orders/${order.id}`} />
      {children}
    </Page>
  );
}
