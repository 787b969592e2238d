import { Button, Modal } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ArrowRight } from "lucide-react";
import type { Progress } from "../data/progress";
import { Keypad } from "../ui/Keypad";
import { breakable, type Line, type Words } from "../ui/ProgressLines";
import { Quantity } from "../ui/Quantity";
import { Tabs } from "../ui/Tabs";
import { useFormat } from "../ui/useFormat";
import { fullName } from "./masterdata/products";
import styles from "./QuantitySheet.module.css";

type QuantitySheetProps = {
  line: Line;
  progress: Progress;
  words: Words;
  typed: string;
  loose: boolean;
  problem: boolean;
  onType: (text: string) => void;
  onLoose: (loose: boolean) => void;
  /** Undefined on the last line. */
  onNext: (() => void) | undefined;
  onClose: () => void;
};

/** One line of an order at the thumb: large keys, all that is open with one tap, and on to the next line. */
export function QuantitySheet(props: QuantitySheetProps) {
  const { line, progress, words, typed, loose, problem, onType, onLoose, onNext, onClose } = props;
  const { t } = useLingui();
  const format = useFormat();
  const { unit: pack, product } = line;
  const go = onNext ?? onClose;
  return (
    <Modal
      opened
      onClose={onClose}
      title={product && fullName(product)}
      classNames={{ inner: styles.inner ?? "", content: styles.content ?? "", title: styles.title ?? "" }}
      closeButtonProps={{ "aria-label": t`Close`, size: 44 }}
      xOffset={0}
      yOffset={0}
    >
      <div className={styles.sheet}>
        <p className={styles.done}>
          {words.done} <Quantity value={progress.done} unit="" />/{" "}
          <Quantity value={progress.ordered} unit={progress.unit} />
        </p>
        <div className={styles.number} data-problem={problem || undefined}>
          <input
            data-autofocus
            inputMode="none"
            autoComplete="off"
            aria-label={t`${words.now}, in ${progress.unit}`}
            aria-invalid={problem}
            placeholder="0"
            size={Math.max(1, typed.length)}
            value={typed}
            onChange={(event) => onType(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
              event.preventDefault();
              go();
            }}
          />
          <span className={styles.unit} aria-hidden>
            {progress.unit}
          </span>
        </div>
        {pack && product?.unit && (loose || breakable(line, progress)) && (
          <Tabs
            label={t`Unit`}
            value={loose ? "loose" : "own"}
            onChange={(key) => onLoose(key === "loose")}
            tabs={[
              ["own", pack.name],
              ["loose", product.unit.name],
            ]}
          />
        )}
        <Keypad value={typed} onChange={onType} decimals={progress.decimals} />
        <div className={styles.ways}>
          <Button
            variant="default"
            h={56}
            px="xs"
            classNames={{ label: styles.label ?? "" }}
            onClick={() => onType(progress.open)}
            disabled={progress.open === "0"}
          >
            <Trans>
              All {format.quantity(progress.open)} {progress.unit}
            </Trans>
          </Button>
          <Button h={56} rightSection={onNext && <ArrowRight size={20} aria-hidden />} onClick={go}>
            {onNext ? <Trans>Next line</Trans> : <Trans>Done</Trans>}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
