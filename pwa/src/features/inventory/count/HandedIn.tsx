import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Plus } from "lucide-react";
import { Link, useLocation } from "wouter";
import type { Id } from "../../../offline/types";
import { useProducts } from "../../../offline/views";
import { DocumentPhotos } from "../../../scan/DocumentPhotos";
import { Notice } from "../../../ui/Notice";
import { Page } from "../../../ui/Page";
import { useFormat } from "../../../ui/useFormat";
import { useEscape } from "../useKeys";
import { SheetState } from "./CountList";
import { Findings } from "./Findings";
import styles from "./Review.module.css";
import { type CountSheet, findingsOf } from "./sheet";
import { documentOf, dropSheet, useFates, useSheetCalls } from "./sheets";

/** A sheet after it was handed in: what was sent, and where it is. */
export function HandedIn({ id, sheet }: { id: Id; sheet: CountSheet }) {
  const { t } = useLingui();
  const format = useFormat();
  const [, go] = useLocation();
  const findings = findingsOf(sheet);
  const products = useProducts(findings.map(({ productId }) => productId));
  const queued = useSheetCalls(id);
  const calls = queued ?? [];
  const { fate, reason } = useFates([{ id, body: sheet }])?.get(id) ?? {};
  useEscape(() => go("/counts"));
  return (
    <Page
      title={sheet.part === "" ? sheet.placeName : `${sheet.placeName} · ${sheet.part}`}
      back={{ href: "/counts", label: t`Back to the counts` }}
      chip={<SheetState sheet={sheet} fate={fate} />}
      facts={sheet.handedInAt === null ? undefined : t`Handed in ${format.moment(sheet.handedInAt)}`}
      action={{ icon: Plus, label: <Trans>New count</Trans>, href: "/counts/new" }}
    >
      {(fate === "discarded" || fate === "partly") && (
        <Notice tone="needs">
          {fate === "partly" ? (
            <Trans>A part of it was taken out of what waits, and is not booked: {reason}</Trans>
          ) : (
            <Trans>It was taken out of what waits, and is not booked: {reason}</Trans>
          )}
        </Notice>
      )}
      {fate === "stuck" ? (
        <Notice
          tone="needs"
          action={
            <Link href="/queue">
              <Trans>Decide</Trans>
            </Link>
          }
        >
          <Trans>The server refused a part of it. What you counted is kept here.</Trans>
        </Notice>
      ) : (
        fate === "way" && (
          <Notice tone="open">
            <Trans>Kept on this device, and sent as soon as the server can be reached.</Trans>
          </Notice>
        )
      )}
      <Findings findings={findings} products={products} />
      <DocumentPhotos
        documentId={documentOf(id, 0)}
        title={sheet.placeName}
        href={`/counts/${id}`}
        dependsOn={calls.filter(({ name }) => name === "inventory.record_count").map((call) => call.id)}
      />
      {queued?.length === 0 && (
        <div className={styles.ways}>
          <Button
            variant="default"
            onClick={() => {
              void dropSheet(id, sheet);
              go("/counts", { replace: true });
            }}
          >
            <Trans>Clear from this device</Trans>
          </Button>
        </div>
      )}
    </Page>
  );
}
