import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { usePlaces } from "../../offline/views";
import { DocumentPhotos } from "../../scan/DocumentPhotos";
import { Facts } from "../../ui/Facts";
import { type Action, Page } from "../../ui/Page";
import { Pending } from "../../ui/Pending";
import { ProgressLines } from "../../ui/ProgressLines";
import { useFormat } from "../../ui/useFormat";
import type { OrderView } from "./order";
import { SalesOrderState } from "./OrderState";
import { useShippingWords } from "./words";

type OrderPageProps = {
  order: OrderView;
  action?: Action | undefined;
  notices?: ReactNode;
  tools?: ReactNode;
  /** Instead of the lines as they are. */
  lines?: ReactNode;
  children: ReactNode;
};

export function OrderPage({ order, action, notices, tools, lines, children }: OrderPageProps) {
  const { t } = useLingui();
  const format = useFormat();
  const words = useShippingWords();
  const { places } = usePlaces();
  return (
    <Page
      title={order.partnerName}
      back={{ href: "/sales-orders", label: t`Back to the sales orders` }}
      chip={
        <>
          <SalesOrderState status={order.status} />
          {order.pending && <Pending word />}
        </>
      }
      facts={[order.number, format.date(order.documentOn), places.find(({ id }) => id === order.locationId)?.label]
        .filter(Boolean)
        .join(" · ")}
      action={action}
    >
      {notices}
      {tools}
      {lines ?? <ProgressLines lines={order.lines} words={words} />}
      {order.note ? <Facts facts={[[t`Note`, order.note]]} /> : null}
      <DocumentPhotos documentId={order.id} title={order.number} href={`/sales-orders/${order.id}`} />
      {children}
    </Page>
  );
}
