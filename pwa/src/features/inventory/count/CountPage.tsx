import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "wouter";
import { useMe } from "../../../data/me";
import type { Id } from "../../../offline/types";
import { Page } from "../../../ui/Page";
import { Empty, Forbidden, LoadingRows } from "../../../ui/states";
import { useSearchParam } from "../../../ui/useSearchParam";
import { Counting } from "./Counting";
import { HandedIn } from "./HandedIn";
import { Review } from "./Review";
import { useSheet } from "./sheets";

export default function CountPage({ id }: { id: Id }) {
  const { t } = useLingui();
  const { can } = useMe();
  const draft = useSheet(id);
  const [step] = useSearchParam("step");
  if (can("stock.count") && draft) {
    const sheet = draft.body;
    if (sheet.handedInAt !== null) return <HandedIn id={id} sheet={sheet} />;
    return step === "review" ? <Review id={id} sheet={sheet} /> : <Counting id={id} sheet={sheet} />;
  }
  return (
    <Page title={t`Count`} back={{ href: "/counts", label: t`Back to the counts` }}>
      {!can("stock.count") ? (
        <Forbidden />
      ) : draft === undefined ? (
        <LoadingRows rows={5} height={64} />
      ) : (
        <Empty
          title={<Trans>This sheet is not on this device</Trans>}
          action={
            <Link href="/counts">
              <Trans>Show the counts</Trans>
            </Link>
          }
        >
          <Trans>A sheet that is begun stays where it was begun, until it is handed in.</Trans>
        </Empty>
      )}
    </Page>
  );
}
