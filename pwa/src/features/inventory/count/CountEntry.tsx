import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ArrowRight, Ban, SkipForward } from "lucide-react";
import { type ReactNode, useState } from "react";
import { isZero } from "../../../data/decimal";
import type { Id } from "../../../offline/types";
import type { Product } from "../../../offline/views";
import { Keypad } from "../../../ui/Keypad";
import { Notice } from "../../../ui/Notice";
import { Quantity } from "../../../ui/Quantity";
import { Tabs } from "../../../ui/Tabs";
import { useFormat } from "../../../ui/useFormat";
import { useWide } from "../../../ui/useWide";
import { fullName } from "../../masterdata/products";
import styles from "./CountEntry.module.css";
import { type CountLine, type Entry, entryOf } from "./sheet";

type CountEntryProps = {
  product: Product;
  unitId: Id;
  onUnit: (unit: Id) => void;
  typed: Readonly<Record<Id, string>>;
  onType: (typed: Record<Id, string>) => void;
  /** Undefined where the book quantity is hidden. */
  book: string | null | undefined;
  bookPending: boolean;
  earlier: CountLine | undefined;
  skipped: boolean;
  onCount: (entry: Extract<Entry, { counted: string }>) => void;
  onSkip: () => void;
  photo: ReactNode;
};

/** On a phone the keys are on the page, and the field takes those of a hand scanner or none. */
const focus = (field: HTMLInputElement | null) => field?.focus({ preventScroll: true });

/** One product: its name, one large number, and what to do with it. */
export function CountEntry(props: CountEntryProps) {
  const { product, unitId, onUnit, typed, onType, book, bookPending, earlier, skipped, onCount, onSkip, photo } = props;
  const { t } = useLingui();
  const format = useFormat();
  const wide = useWide();
  const [tried, setTried] = useState(false);
  const entry = entryOf(typed, product.units);
  const unit = product.units.find(({ id }) => id === unitId) ?? product.stockUnit;

  const type = (text: string) => {
    setTried(false);
    onType({ ...typed, [unit.id]: text });
  };
  const submit = () => ("counted" in entry ? onCount(entry) : setTried(true));
  const problem =
    "problem" in entry
      ? {
          nothing: tried ? t`Type a number, or say that there are no goods.` : undefined,
          "not-a-number": t`This is not a number.`,
          "a-code": t`This is as long as a code. Scan it once more.`,
          "too-fine": unit.decimals === 0 ? t`Whole numbers only.` : t`At most ${unit.decimals} decimals.`,
        }[entry.problem]
      : undefined;
  const several = "parts" in entry && Object.keys(entry.parts).length > 1;
  const inOther = "parts" in entry && !several && !entry.parts[product.stockUnit.id];

  return (
    <section className={styles.entry} aria-label={fullName(product)}>
      <header className={styles.product}>
        <h2>{fullName(product)}</h2>
        <p>
          {product.sku}
          {book !== undefined && (
            <>
              {" · "}
              <Trans>in the books</Trans> <Quantity value={book} unit={product.stockUnit.name} />
              {bookPending && <Trans> (with what is on its way)</Trans>}
            </>
          )}
        </p>
      </header>
      {earlier && (
        <Notice tone="open">
          <Trans>
            Counted already: {format.quantity(earlier.counted)} {product.stockUnit.name},{" "}
            {format.moment(earlier.countedAt)}
          </Trans>
        </Notice>
      )}
      {skipped && !earlier && (
        <Notice tone="waits">
          <Trans>Skipped: still uncounted.</Trans>
        </Notice>
      )}
      <div className={styles.number} data-problem={problem !== undefined || undefined}>
        <input
          key={unit.id}
          ref={focus}
          inputMode={wide ? "decimal" : "none"}
          autoComplete="off"
          aria-label={t`Counted, in ${unit.name}`}
          aria-invalid={problem !== undefined}
          aria-describedby="count-sum"
          placeholder="0"
          value={typed[unit.id] ?? ""}
          size={Math.max(1, (typed[unit.id] ?? "").length)}
          onChange={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
        <span className={styles.unit} aria-hidden>
          {unit.name}
        </span>
      </div>
      <p id="count-sum" className={styles.sum} aria-live="polite">
        {problem ? (
          <span className={styles.problem}>{problem}</span>
        ) : "parts" in entry && (several || (inOther && !isZero(entry.counted))) ? (
          <>
            {product.units
              .filter(({ id }) => entry.parts[id] !== undefined)
              .map(({ id, name }) => `${format.quantity(entry.parts[id] ?? "0")} ${name}`)
              .join(" + ")}
            {" = "}
            <Quantity value={entry.counted} unit={product.stockUnit.name} strong />
          </>
        ) : null}
      </p>
      {product.units.length > 1 && (
        <Tabs
          label={t`Unit`}
          value={unit.id}
          onChange={onUnit}
          tabs={product.units.map(({ id, name }) => [id, name] as const)}
        />
      )}
      {!wide && <Keypad value={typed[unit.id] ?? ""} onChange={type} decimals={unit.decimals} />}
      <div className={styles.ways}>
        <Button
          variant="default"
          leftSection={<Ban size={18} aria-hidden />}
          onClick={() => onCount({ parts: { [product.stockUnit.id]: "0" }, counted: "0" })}
        >
          <Trans>No goods</Trans>
        </Button>
        <Button variant="default" leftSection={<SkipForward size={18} aria-hidden />} onClick={onSkip}>
          <Trans>Skip</Trans>
        </Button>
        {photo}
      </div>
      <div className={styles.main}>
        <Button fullWidth h={56} fz="1.0625rem" rightSection={<ArrowRight size={20} aria-hidden />} onClick={submit}>
          <Trans>Next</Trans>
        </Button>
      </div>
    </section>
  );
}
