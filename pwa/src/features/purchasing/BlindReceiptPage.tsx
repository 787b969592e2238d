import { plural } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { PackageCheck } from "lucide-react";
import { useState } from "react";
import { useMe } from "../../data/me";
import { uuid7 } from "../../data/uuid";
import { useOffline } from "../../offline/commands";
import type { Id } from "../../offline/types";
import { PhotoButton } from "../../scan/PhotoButton";
import { Page } from "../../ui/Page";
import { QueuedNotice } from "../../ui/QueuedNotice";
import { Forbidden } from "../../ui/states";
import { DraftFields } from "../DraftFields";
import { said } from "../said";
import { useCorrection } from "../useCorrection";
import { useDraft } from "../useDraft";

/** Goods are here and nobody knows the order: they are taken in by what is seen, and the buyer matches them later. */
export default function BlindReceiptPage() {
  const { t } = useLingui();
  const { can } = useMe();
  const receipts = useOffline("purchasing.record_blind_receipt");
  const [last, setLast] = useState<{ documentId: Id; callId: Id; title: string }>();
  const draft = useDraft({
    name: "blind-receipt",
    pricing: can("purchase.price") ? "optional" : "hidden",
    priceIn: () => "",
    takes: false,
    needsPartner: false,
    state: receipts.state,
    onTouch: receipts.clear,
  });
  const { replaces, done } = useCorrection(receipts.state, draft.comeBack);

  const submit = async () => {
    const ready = draft.ready();
    if (!ready) return;
    const documentId = uuid7();
    const { partner, place, lines, note } = ready;
    const count = lines.length;
    const title = partner ? t`Receipt from ${partner.label}` : t`Receipt without an order`;
    const callId = await receipts.run(
      { documentId, partnerId: partner?.id, locationId: place, note, lines },
      {
        lane: documentId,
        replaces,
        label: { title, detail: t`${plural(count, { one: "# line", other: "# lines" })}` },
      },
    );
    setLast({ documentId, callId, title });
    draft.next();
    done();
  };

  const back = { href: "/purchase-orders", label: t`Back to the purchase orders` };
  if (!can("purchase.receive")) {
    return (
      <Page title={t`Receive without an order`} back={back}>
        <Forbidden />
      </Page>
    );
  }
  const count = draft.lines.length;
  const { state } = receipts;
  const taken = state.step === "kept" || (state.step === "answered" && state.outcome.status === "ACCEPTED");
  return (
    <Page
      title={t`Receive without an order`}
      back={back}
      action={{
        icon: PackageCheck,
        label:
          count === 0 ? (
            <Trans>Confirm receipt</Trans>
          ) : (
            <Plural value={count} one="Confirm receipt of # line" other="Confirm receipt of # lines" />
          ),
        disabled: count === 0,
        onAct: () => void submit().catch(said),
      }}
    >
      <QueuedNotice state={receipts.state} />
      {last && taken && <PhotoButton documentId={last.documentId} title={last.title} dependsOn={[last.callId]} />}
      <DraftFields
        draft={draft}
        partner={{
          kind: "supplier",
          label: t`Supplier, if known`,
          placeholder: t`Search a supplier`,
        }}
        begin={
          <Trans>
            Scan or search what has arrived; a scanned case counts as a case. The buyer finds the order later.
          </Trans>
        }
      />
    </Page>
  );
}
