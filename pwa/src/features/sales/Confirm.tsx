import { Plural, Trans } from "@lingui/react/macro";
import { Stamp } from "lucide-react";
import type { ReactNode } from "react";
import { connection } from "../../data/connection";
import { OUTCOME, useCommand } from "../../data/command";
import { graphql } from "../../data/graphql";
import { useStore } from "../../data/store";
import { Notice } from "../../ui/Notice";
import { CommandNotice } from "../../ui/Refusal";
import { type OrderView, short } from "./order";
import { OrderPage } from "./OrderPage";

const CONFIRM = graphql(
  `
    mutation ConfirmSalesOrder($id: UUID!, $input: ConfirmSalesOrderInput!) {
      outcome: confirmSalesOrder(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

/** A promise to a customer is made against everybody else's promises, so only the server can make it. */
export function Confirm({ order, children }: { order: OrderView; children: ReactNode }) {
  const { state, run } = useCommand(CONFIRM);
  const { reachable } = useStore(connection);
  const lacking = short(order.lines);
  const confirm = () => run({ orderId: order.id, reserve: lacking.length > 0 ? "AVAILABLE" : "ALL" });
  const confirmed = state.step === "answered" && state.outcome.status === "ACCEPTED";
  return (
    <OrderPage
      order={order}
      action={{
        icon: Stamp,
        label: <Trans>Confirm order</Trans>,
        busy: state.step === "sending",
        disabled: state.step === "unanswered" || confirmed || !reachable,
        onAct: () => void confirm(),
      }}
      notices={
        <>
          {confirmed && (
            <Notice tone="done">
              <Trans>Confirmed. What is reserved arrives on this device in a moment.</Trans>
            </Notice>
          )}
          <CommandNotice state={state} onRepeat={() => void confirm()} onReload={() => undefined} />
          {!reachable && (
            <Notice tone="waits">
              <Trans>
                Confirming reserves goods that others may want as well, so it needs the server. It can be done again as
                soon as there is a network.
              </Trans>
            </Notice>
          )}
          {lacking.length > 0 && (
            <Notice tone="waits">
              <Plural
                value={lacking.length}
                one="# line is not fully in stock. Confirming reserves what is here; the rest goes on backorder."
                other="# lines are not fully in stock. Confirming reserves what is here; the rest goes on backorder."
              />
            </Notice>
          )}
        </>
      }
    >
      {children}
    </OrderPage>
  );
}
