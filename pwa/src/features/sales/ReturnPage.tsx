import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Undo2 } from "lucide-react";
import { useMe } from "../../data/me";
import { uuid7 } from "../../data/uuid";
import { useOffline } from "../../offline/commands";
import { Page } from "../../ui/Page";
import { Money } from "../../ui/Quantity";
import { QueuedNotice } from "../../ui/QueuedNotice";
import { Forbidden } from "../../ui/states";
import { DraftFields } from "../DraftFields";
import { retailPrice } from "../entry";
import { said } from "../said";
import { useCorrection } from "../useCorrection";
import { useDraft } from "../useDraft";

/** A customer brings goods back. What they are credited with is the price on the line. */
export default function ReturnPage() {
  const { t } = useLingui();
  const { can } = useMe();
  const returns = useOffline("sales.record_return");
  const draft = useDraft({
    name: "return",
    pricing: can("sales.price") ? "needed" : "hidden",
    priceIn: retailPrice,
    takes: false,
    needsPartner: true,
    state: returns.state,
    onTouch: returns.clear,
  });
  const { replaces, done } = useCorrection(returns.state, draft.comeBack);

  const submit = async () => {
    const ready = draft.ready();
    if (!ready?.partner) return;
    const orderId = uuid7();
    const { partner, place, lines, note } = ready;
    const count = lines.length;
    await returns.run(
      { orderId, partnerId: partner.id, locationId: place, note, lines },
      {
        lane: orderId,
        replaces,
        label: {
          title: t`Return from ${partner.label}`,
          detail: t`${plural(count, { one: "# line", other: "# lines" })}`,
          href: `/sales-orders/${orderId}`,
        },
      },
    );
    draft.next();
    done();
  };

  const back = { href: "/sales-orders", label: t`Back to the sales orders` };
  if (!can("sales.return")) {
    return (
      <Page title={t`Customer return`} back={back}>
        <Forbidden />
      </Page>
    );
  }
  return (
    <Page
      title={t`Customer return`}
      back={back}
      action={{
        icon: Undo2,
        label: (
          <span>
            <Trans>Take back</Trans>
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
      <QueuedNotice state={returns.state} />
      <DraftFields
        draft={draft}
        partner={{
          kind: "customer",
          label: t`Customer`,
          placeholder: t`Search a customer`,
          missing: t`Choose the customer.`,
        }}
        begin={<Trans>Scan or search what came back. It is in stock again at once.</Trans>}
      />
    </Page>
  );
}
