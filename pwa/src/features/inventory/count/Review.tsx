import { Button, Modal } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ClipboardCheck } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import type { OfflineState } from "../../../offline/commands";
import type { Id } from "../../../offline/types";
import { useProducts, useStock } from "../../../offline/views";
import { Notice } from "../../../ui/Notice";
import { Page } from "../../../ui/Page";
import { QueuedNotice } from "../../../ui/QueuedNotice";
import { Section } from "../../../ui/Section";
import { Empty } from "../../../ui/states";
import { useEscape } from "../useKeys";
import { Findings } from "./Findings";
import { handIn, type HandingIn } from "./handIn";
import styles from "./Review.module.css";
import { type CountSheet, findingsOf, productsOf, uncountedOf, withCount, withoutCount } from "./sheet";
import { changeSheet, dropSheet, usePhotos, useSheetCalls } from "./sheets";

/** Before a sheet is handed in: what differs from the books, and what was not counted. */
export function Review({ id, sheet }: { id: Id; sheet: CountSheet }) {
  const { t } = useLingui();
  const [, go] = useLocation();
  const products = useProducts(productsOf(sheet));
  const uncounted = uncountedOf(sheet);
  const stock = useStock(uncounted);
  const queued = useSheetCalls(id);
  const photos = usePhotos(id);
  const [busy, setBusy] = useState(false);
  const [state, setState] = useState<OfflineState>({ step: "idle" });
  const [asking, setAsking] = useState<"zero" | "discard" | null>(null);
  const findings = findingsOf(sheet);
  const differing = findings.filter(({ way }) => way === "surplus" || way === "shortage").length;
  const counting = `/counts/${id}`;
  useEscape(() => go(counting));

  const submit = async () => {
    if (queued === undefined) return;
    setBusy(true);
    const work: HandingIn = {
      id,
      sheet,
      photos,
      queued,
      stockUnitOf: (product) => products.get(product)?.stockUnit.id ?? null,
      label: (lines) => ({ title: t`Count: ${sheet.placeName}`, detail: t`${lines} lines` }),
      photoTitle: t`Photo: ${sheet.placeName}`,
    };
    await handIn(work).then(
      () => go(counting, { replace: true }),
      (error: unknown) => setState({ step: "unkept", error: error as Error }),
    );
    setBusy(false);
  };
  const zero = () => {
    const countedAt = new Date().toISOString();
    setAsking(null);
    void changeSheet(id, (before) =>
      uncountedOf(before).reduce((after, productId) => {
        const unit = products.get(productId)?.stockUnit.id;
        const book = stock.get(productId)?.find(({ locationId }) => locationId === sheet.placeId)?.onHand ?? "0";
        const parts = unit === undefined ? {} : { [unit]: "0" };
        return withCount(after, { productId, parts, counted: "0", countedAt, book }, "replace");
      }, before),
    );
  };

  return (
    <Page
      title={t`Review`}
      back={{ href: counting, label: t`Back to counting` }}
      facts={sheet.part === "" ? sheet.placeName : `${sheet.placeName} · ${sheet.part}`}
      action={{
        icon: ClipboardCheck,
        label: <Plural value={findings.length} one="Hand in # product" other="Hand in # products" />,
        busy,
        disabled: findings.length === 0 || queued === undefined,
        onAct: () => void submit(),
      }}
    >
      <QueuedNotice state={state} />
      {findings.length === 0 ? (
        <Empty title={<Trans>Nothing counted yet</Trans>}>
          <Trans>Count at least one product, or discard the sheet.</Trans>
        </Empty>
      ) : (
        <>
          {differing === 0 ? (
            <Notice tone="done">
              <Trans>All that was counted agrees with the books.</Trans>
            </Notice>
          ) : (
            <Notice tone="waits">
              <Plural
                value={differing}
                one="# product differs from the books as this device knew them when it was counted."
                other="# products differ from the books as this device knew them when they were counted."
              />
            </Notice>
          )}
          <Findings
            findings={findings}
            products={products}
            onOpen={(productId) => {
              void changeSheet(id, (before) => ({ ...before, at: { productId, typed: {} } }));
              go(counting);
            }}
            onTakeBack={(productId) => void changeSheet(id, (before) => withoutCount(before, productId))}
          />
        </>
      )}
      {uncounted.length > 0 && (
        <Section title={<Plural value={uncounted.length} one="# product uncounted" other="# products uncounted" />}>
          <p className={styles.dim}>
            <Trans>What is not counted keeps its book quantity.</Trans>
          </p>
          <div className={styles.ways}>
            <Button variant="default" onClick={() => setAsking("zero")}>
              <Trans>There is nothing of them</Trans>
            </Button>
          </div>
        </Section>
      )}
      <div className={styles.ways}>
        <Button variant="subtle" color="red" onClick={() => setAsking("discard")}>
          <Trans>Discard the sheet</Trans>
        </Button>
      </div>
      <Modal
        opened={asking !== null}
        onClose={() => setAsking(null)}
        title={asking === "zero" ? t`Count as zero?` : t`Discard the sheet?`}
        centered
        closeButtonProps={{ "aria-label": t`Close` }}
      >
        <div className={styles.ask}>
          {asking === "zero" ? (
            <>
              <p>
                <Plural
                  value={uncounted.length}
                  one="# product is written down as zero. You can still correct it before you hand in."
                  other="# products are written down as zero. You can still correct them before you hand in."
                />
              </p>
              <Button h={56} onClick={zero}>
                <Plural value={uncounted.length} one="Set # product to zero" other="Set # products to zero" />
              </Button>
            </>
          ) : (
            <>
              <p>
                <Plural
                  value={findings.length}
                  one="# counted product is thrown away. Stock does not change."
                  other="# counted products are thrown away. Stock does not change."
                />
              </p>
              <Button
                h={56}
                color="red"
                onClick={() => {
                  void dropSheet(id, sheet);
                  go("/counts", { replace: true });
                }}
              >
                <Trans>Discard</Trans>
              </Button>
            </>
          )}
        </div>
      </Modal>
    </Page>
  );
}
