import { plural } from "@lingui/core/macro";
import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Truck } from "lucide-react";
import type { ReactNode } from "react";
import { after } from "../../data/progress";
import { uuid7 } from "../../data/uuid";
import type { useOffline } from "../../offline/commands";
import { Notice } from "../../ui/Notice";
import { QueuedNotice } from "../../ui/QueuedNotice";
import { OrderEntry } from "../OrderEntry";
import styles from "../orders.module.css";
import { said } from "../said";
import { useCorrection } from "../useCorrection";
import { useLineEntry } from "../useLineEntry";
import { useLineScan } from "../useLineScan";
import { type OrderView, suggested } from "./order";
import { OrderPage } from "./OrderPage";
import { useShippingWords } from "./words";

type ShipProps = {
  order: OrderView;
  shipments: ReturnType<typeof useOffline<"sales.ship_sales_order">>;
  children: ReactNode;
};

/** What leaves now. What was promised is never exceeded: more than ordered is a sale of its own. */
export function Ship({ order, shipments, children }: ShipProps) {
  const { t } = useLingui();
  const words = useShippingWords();
  const entry = useLineEntry(order.lines, {
    name: `shipment:${order.id}`,
    suggested: suggested(order.lines),
    onTouch: shipments.clear,
  });
  const { replaces, done } = useCorrection(shipments.state, entry.comeBack);

  const over = entry.rows.some(({ progress, now }) => after(progress, now).state === "over");
  const backorder = entry.rows.filter(({ progress, now }) => ["open", "none"].includes(after(progress, now).state));
  const scan = useLineScan(entry.rows, entry.add, true);

  const submit = async () => {
    const lines = entry.sent.length;
    const label = {
      title: t`Shipment to ${order.partnerName}`,
      detail: t`${order.number}, ${plural(lines, { one: "# line", other: "# lines" })}`,
      href: `/sales-orders/${order.id}`,
    };
    await shipments.run(
      { documentId: uuid7(), orderId: order.id, lines: entry.sent },
      { lane: order.id, label, replaces },
    );
    entry.clear();
    done();
  };

  return (
    <OrderPage
      order={order}
      action={{
        icon: Truck,
        label:
          entry.sent.length === 0 ? (
            <Trans>Ship</Trans>
          ) : (
            <Plural value={entry.sent.length} one="Ship # line" other="Ship # lines" />
          ),
        disabled: entry.sent.length === 0 || entry.unreadable || over,
        onAct: () => void submit().catch(said),
      }}
      notices={
        <>
          <QueuedNotice state={shipments.state} />
          {scan.notice}
          {scan.sheet}
          {entry.sent.length > 0 && backorder.length > 0 && (
            <Notice tone="open">
              <Plural
                value={backorder.length}
                one="# line stays open and is shipped later as a backorder."
                other="# lines stay open and are shipped later as a backorder."
              />
            </Notice>
          )}
        </>
      }
      tools={
        <div className={styles.tools}>
          <Button variant="default" onClick={() => entry.put({})}>
            <Trans>Clear, I scan or type</Trans>
          </Button>
          <Button variant="default" onClick={() => entry.put(suggested(order.lines).typed)}>
            <Trans>All that is here</Trans>
          </Button>
          {scan.button}
        </div>
      }
      lines={<OrderEntry entry={entry} words={words} />}
    >
      {children}
    </OrderPage>
  );
}
