import { plural } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { CircleCheck, HandHelping } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { connection } from "../../data/connection";
import { useMe } from "../../data/me";
import { useStore } from "../../data/store";
import { uuid7 } from "../../data/uuid";
import { useOffline } from "../../offline/commands";
import { discard } from "../../offline/decide";
import { useDatabase } from "../../offline/rows";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { Money } from "../../ui/Quantity";
import { QueuedNotice } from "../../ui/QueuedNotice";
import { Forbidden } from "../../ui/states";
import { Tabs } from "../../ui/Tabs";
import { DraftFields } from "../DraftFields";
import { retailPrice } from "../entry";
import styles from "../orders.module.css";
import { said } from "../said";
import { useCorrection } from "../useCorrection";
import { useDraft } from "../useDraft";

type Way = "sell" | "handover";

/**
 * 开单: customer, warehouse and lines on one page. Selling asks the server, which refuses what is not there; goods that
 * have been handed over are a fact, and without a network there is nobody to ask.
 */
export default function SlipPage() {
  const { t } = useLingui();
  const { can } = useMe();
  const { reachable } = useStore(connection);
  const sales = useOffline("sales.sell_now");
  const handovers = useOffline("sales.record_handover");
  const db = useDatabase();
  const [chosen, setChosen] = useState<Way | null>(null);
  const [sent, setSent] = useState<{ way: Way; orderId: string; amount: string | null } | null>(null);

  const way = chosen ?? (reachable ? "sell" : "handover");
  const state = (sent?.way === "handover" ? handovers : sales).state;
  const draft = useDraft({
    name: "slip",
    pricing: !can("sales.price") ? "hidden" : way === "sell" ? "needed" : "optional",
    priceIn: retailPrice,
    takes: true,
    needsPartner: true,
    state,
    onTouch: () => {
      sales.clear();
      handovers.clear();
    },
  });
  const { replaces, done } = useCorrection(state, draft.comeBack);
  const refused = state.step === "answered" && state.outcome.status === "REFUSED";

  const submit = async () => {
    const ready = draft.ready();
    if (!ready?.partner) return;
    const orderId = uuid7();
    const { partner, place, lines, note } = ready;
    const input = { orderId, partnerId: partner.id, locationId: place, note, lines };
    const label = {
      title: way === "sell" ? t`Sale to ${partner.label}` : t`Handed over to ${partner.label}`,
      detail: t`${plural(lines.length, { one: "# line", other: "# lines" })}`,
      href: `/sales-orders/${orderId}`,
    };
    const command = way === "sell" ? sales : handovers;
    await command.run(input, {
      lane: orderId,
      label,
      replaces: way === sent?.way ? replaces : undefined,
    });
    if (replaces && way !== sent?.way && db) await discard(db, replaces, t`Recorded as handed over instead`);
    setSent({ way, orderId, amount: draft.amount });
    draft.next();
    setChosen(null);
    done();
  };

  if (!can("sales.ship")) {
    return (
      <Page title={t`New slip`} back={{ href: "/", label: t`Home` }}>
        <Forbidden />
      </Page>
    );
  }
  return (
    <Page
      title={t`New slip`}
      back={{ href: "/", label: t`Home` }}
      action={{
        icon: way === "sell" ? CircleCheck : HandHelping,
        label: (
          <span>
            {way === "sell" ? <Trans>Sell</Trans> : <Trans>Record handover</Trans>}
            {draft.lines.length > 0 && draft.amount !== null && (
              <>
                {" · "}
                <Money value={draft.amount} />
              </>
            )}
          </span>
        ),
        disabled: draft.lines.length === 0,
        onAct: () => void submit().catch(said),
      }}
    >
      {sent && state.step === "answered" && state.outcome.status === "ACCEPTED" ? (
        <Notice
          tone="done"
          action={
            <Link href={`/sales-orders/${sent.orderId}`}>
              <Trans>Show the slip</Trans>
            </Link>
          }
        >
          <Trans>Sold and shipped:</Trans> {sent.amount !== null && <Money value={sent.amount} strong />}
        </Notice>
      ) : (
        <QueuedNotice state={state} />
      )}
      <div>
        <Tabs
          label={t`How the goods leave`}
          value={way}
          onChange={setChosen}
          tabs={[
            ["sell", t`Sell now`],
            ["handover", t`Already handed over`],
          ]}
        />
        <p className={styles.way}>
          {way === "sell" ? (
            reachable ? (
              <Trans>The server checks what is there and refuses what is not.</Trans>
            ) : (
              <Trans>The server cannot be reached. It decides later: keep the goods here until it has.</Trans>
            )
          ) : reachable ? (
            <Trans>The goods are with the customer: recorded whatever the stock says.</Trans>
          ) : (
            <Trans>
              The server cannot be reached, so this is recorded as handed over, whatever the stock says, and sent later.
            </Trans>
          )}
        </p>
      </div>
      {refused && sent?.way === "sell" && way === "sell" && (
        <Notice tone="open">
          <Trans>If the customer has the goods already, choose “Already handed over” and send it again.</Trans>
        </Notice>
      )}
      {draft.short > 0 && way === "handover" && (
        <Notice tone="waits">
          <Plural
            value={draft.short}
            one="# line is more than the books have here. It is recorded all the same, and somebody looks into it."
            other="# lines are more than the books have here. They are recorded all the same, and somebody looks into it."
          />
        </Notice>
      )}
      <DraftFields
        draft={draft}
        partner={{
          kind: "customer",
          label: t`Customer`,
          placeholder: t`Search a customer`,
          missing: t`Choose the customer.`,
        }}
        begin={<Trans>Search a product or scan its barcode; a scanned case counts as a case.</Trans>}
      />
    </Page>
  );
}
