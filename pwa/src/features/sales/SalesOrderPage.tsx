import { Trans, useLingui } from "@lingui/react/macro";
import { useMe } from "../../data/me";
import { useQuery } from "../../data/useQuery";
import { useOffline } from "../../offline/commands";
import { useProducts, useSalesOrder, useStock } from "../../offline/views";
import { Page } from "../../ui/Page";
import { QueuedNotice } from "../../ui/QueuedNotice";
import { NotHere } from "../NotHere";
import { Opening, useLoaded } from "../Opening";
import { useSettled } from "../useSettled";
import { OrderExtras } from "../OrderExtras";
import { Confirm } from "./Confirm";
import { ofDevice, ofServer, ORDER } from "./order";
import { OrderPage } from "./OrderPage";
import { Ship } from "./Ship";

/**
 * The order as this device has it, and with a network what the office wants to know besides. One that is not here, such
 * as a shipped one, is asked for from the server and only shown.
 */
export default function SalesOrderPage({ id }: { id: string }) {
  const { t } = useLingui();
  const { can } = useMe();
  const kept = useSalesOrder(id);
  const ids = (kept?.lines ?? []).map((line) => line.productId);
  const loaded = useLoaded();
  const products = useProducts(ids);
  const stock = useStock(ids);
  const shipments = useOffline("sales.ship_sales_order");
  const { data, ...asked } = useQuery(ORDER, { id, price: can("sales.price") });
  useSettled(kept?.pending, asked.reload);

  const server = data?.salesOrder;
  // The first load brings orders and products one after the other: until both are here, what was shown stays.
  const whole = kept && (kept.lines.length === 0 || kept.lines.some(({ productId }) => products.has(productId)));
  const order = whole
    ? ofDevice(kept, products, can("stock.read") ? stock : null)
    : server && kept !== undefined
      ? ofServer(server)
      : null;
  if (!order) {
    return (
      <Page title={t`Sales order`} back={{ href: "/sales-orders", label: t`Back to the sales orders` }}>
        {kept !== null || !loaded ? (
          <Opening />
        ) : (
          <NotHere {...asked} missing={data !== undefined && !server} root="salesOrder" />
        )}
      </Page>
    );
  }
  const extras = server && (
    <OrderExtras title={<Trans>Shipments so far</Trans>} total={server.total} documents={server.shipments} />
  );
  const shipping = kept && (order.status === "CONFIRMED" || order.status === "PARTLY_SHIPPED");
  if (shipping && can("sales.ship")) {
    return (
      <Ship order={order} shipments={shipments}>
        {extras}
      </Ship>
    );
  }
  if (kept && order.status === "DRAFT" && can("sales.order")) return <Confirm order={order}>{extras}</Confirm>;
  return (
    <OrderPage order={order} notices={<QueuedNotice state={shipments.state} />}>
      {extras}
    </OrderPage>
  );
}
