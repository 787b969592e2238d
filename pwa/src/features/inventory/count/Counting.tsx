import { Button, Modal } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ArrowLeft, ArrowRight, ClipboardCheck } from "lucide-react";
import { Link, useLocation } from "wouter";
import { add } from "../../../data/decimal";
import type { Id } from "../../../offline/types";
import { Page } from "../../../ui/Page";
import { Empty, LoadingRows } from "../../../ui/states";
import { useFormat } from "../../../ui/useFormat";
import { useWide } from "../../../ui/useWide";
import { ProductPicker } from "../../masterdata/ProductPicker";
import { fullName } from "../../masterdata/products";
import { useEscape } from "../useKeys";
import { CountEntry } from "./CountEntry";
import styles from "./Counting.module.css";
import list from "./CountList.module.css";
import { PhotoButton } from "./PhotoButton";
import { type CountSheet, neighbourOf, progressOf } from "./sheet";
import { SheetLines } from "./SheetLines";
import { useCounting } from "./useCounting";

/** Counting itself: one product at a time, in the order of the list or of the scans. */
export function Counting({ id, sheet }: { id: Id; sheet: CountSheet }) {
  const { t } = useLingui();
  const wide = useWide();
  const [, go] = useLocation();
  const counting = useCounting(id, sheet);
  const { current, product } = counting;
  const { counted, total } = progressOf(sheet);
  useEscape(() => go("/counts"));
  const review = `/counts/${id}?step=review`;

  return (
    <Page
      title={sheet.part === "" ? sheet.placeName : `${sheet.placeName} · ${sheet.part}`}
      back={{ href: "/counts", label: t`Back to the counts` }}
      aside={
        <>
          {counting.scan.button}
          <Button
            component={Link}
            href={review}
            variant="default"
            px={12}
            h={44}
            leftSection={<ClipboardCheck size={18} aria-hidden />}
          >
            {sheet.list === null ? (
              <Trans>Review {counted}</Trans>
            ) : (
              <Trans>
                Review {counted}/{total}
              </Trans>
            )}
          </Button>
        </>
      }
    >
      {sheet.list !== null && (
        <progress className={list.progress} max={Math.max(1, total)} value={counted} aria-label={t`Counted so far`} />
      )}
      {counting.scan.notice}
      {counting.scan.sheet}
      <div className={styles.columns}>
        <div className={styles.main}>
          <div className={styles.search}>
            {current !== null && sheet.list !== null && (
              <Steps
                before={neighbourOf(sheet, current, -1)}
                after={neighbourOf(sheet, current, 1)}
                onGo={counting.goTo}
              />
            )}
            <div className={styles.picker}>
              <ProductPicker onChoose={(found) => counting.jump(found)} />
            </div>
          </div>
          {current === null ? (
            <Next counted={counted} listed={sheet.list !== null} review={review} />
          ) : !product || counting.unitId === undefined ? (
            <LoadingRows rows={4} height={56} />
          ) : (
            <CountEntry
              key={product.id}
              product={product}
              unitId={counting.unitId}
              onUnit={counting.setUnit}
              typed={counting.typed}
              onType={counting.type}
              book={sheet.blind || counting.book === null ? undefined : counting.book}
              bookPending={counting.bookPending}
              earlier={counting.earlier}
              skipped={counting.skipped}
              onCount={(entry) => counting.submit(entry)}
              onSkip={counting.skip}
              photo={<PhotoButton sheetId={id} productId={product.id} />}
            />
          )}
        </div>
        {(wide || current === null) && <SheetLines sheet={sheet} current={current} onChoose={counting.goTo} />}
      </div>
      {counting.asked && counting.earlier && product && (
        <Again
          name={fullName(product)}
          unit={product.stockUnit.name}
          earlier={counting.earlier.counted}
          counted={counting.asked.counted.counted}
          onAnswer={counting.answer}
          onClose={counting.unask}
        />
      )}
    </Page>
  );
}

function Next({ counted, listed, review }: { counted: number; listed: boolean; review: string }) {
  return listed ? (
    <Empty
      icon={ClipboardCheck}
      title={<Trans>The list is through</Trans>}
      action={
        <Button component={Link} href={review} h={56}>
          <Trans>Review and hand in</Trans>
        </Button>
      }
    >
      <Trans>What was skipped is still uncounted; scan or search a product to count it after all.</Trans>
    </Empty>
  ) : (
    <Empty title={counted === 0 ? <Trans>Nothing counted yet</Trans> : <Trans>Scan the next product</Trans>}>
      <Trans>Scan a code anywhere on this page, or search the product above.</Trans>
    </Empty>
  );
}

type StepsProps = { before: Id | null; after: Id | null; onGo: (product: Id) => void };

/** Along the list without counting. */
function Steps({ before, after, onGo }: StepsProps) {
  const { t } = useLingui();
  return (
    <div className={styles.steps}>
      <Button
        variant="default"
        px={12}
        h={44}
        aria-label={t`The product before`}
        disabled={before === null}
        onClick={() => before !== null && onGo(before)}
      >
        <ArrowLeft size={18} aria-hidden />
      </Button>
      <Button
        variant="default"
        px={12}
        h={44}
        aria-label={t`The product after`}
        disabled={after === null}
        onClick={() => after !== null && onGo(after)}
      >
        <ArrowRight size={18} aria-hidden />
      </Button>
    </div>
  );
}

type AgainProps = {
  name: string;
  unit: string;
  earlier: string;
  counted: string;
  onAnswer: (way: "replace" | "add") => void;
  onClose: () => void;
};

function Again({ name, unit, earlier, counted, onAnswer, onClose }: AgainProps) {
  const { t } = useLingui();
  const format = useFormat();
  const [first, second] = [format.quantity(earlier), format.quantity(counted)];
  const sum = format.quantity(add(earlier, counted));
  return (
    <Modal opened onClose={onClose} title={t`Counted already`} centered closeButtonProps={{ "aria-label": t`Close` }}>
      <div className={styles.again}>
        <p>
          <Trans>{name} was counted before. Is this another spot with more of it, or a better count of the same?</Trans>
        </p>
        <Button h={56} onClick={() => onAnswer("add")} data-autofocus>
          <Trans>
            Add: {first} + {second} = {sum} {unit}
          </Trans>
        </Button>
        <Button h={56} variant="default" onClick={() => onAnswer("replace")}>
          <Trans>
            Replace: {second} {unit}
          </Trans>
        </Button>
      </div>
    </Modal>
  );
}
