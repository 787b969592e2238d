import { TextInput } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useRef } from "react";
import { subtract } from "../data/decimal";
import { useScan } from "../scan/useScan";
import { Money } from "../ui/Quantity";
import { Empty, LoadingRows } from "../ui/states";
import { useWide } from "../ui/useWide";
import { LineEditor } from "./LineEditor";
import { PartnerPicker } from "./masterdata/PartnerPicker";
import { ProductPicker } from "./masterdata/ProductPicker";
import { WarehouseSelect } from "./masterdata/WarehouseSelect";
import styles from "./orders.module.css";
import type { Draft } from "./useDraft";
import { WithPlace } from "./WithPlace";

type DraftFieldsProps = {
  draft: Draft;
  partner: { kind: "customer" | "supplier"; label: string; placeholder: string; missing?: string };
  /** What an empty document says under its title. */
  begin: ReactNode;
};

/** The fields of a document that is being written: partner, warehouse, lines by scan, search or keyboard, note. */
export function DraftFields({ draft, partner, begin }: DraftFieldsProps) {
  const { t } = useLingui();
  const { lines, problems, tried, put, add } = draft;
  const wide = useWide();
  const picker = useRef<HTMLInputElement>(null);
  const scan = useScan({
    onCode: ({ product, unit, quantity }) => {
      add(product, unit, quantity);
      return null;
    },
    onUndo: ({ product, unit, quantity }) => add(product, unit, subtract("0", quantity)),
  });
  const refused = (field: string) =>
    problems.find((problem) => problem.line === null && problem.field === field)?.message;

  return (
    <WithPlace places={draft.places} ready={draft.placesReady}>
      <div className={styles.head}>
        <PartnerPicker
          kind={partner.kind}
          label={partner.label}
          placeholder={partner.placeholder}
          value={draft.partner}
          onChange={({ id, label }) => {
            put({ partner: { id, label } });
            if (wide) picker.current?.focus();
            else if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); // its keyboard covers the page
          }}
          error={tried && !draft.partner && partner.missing ? partner.missing : refused("partnerId")}
        />
        <WarehouseSelect
          places={draft.places}
          value={draft.place}
          onChange={(place) => put({ place })}
          error={refused("locationId")}
        />
      </div>
      <LineEditor
        lines={lines}
        checks={draft.checks}
        problems={problems}
        pricing={draft.pricing}
        available={draft.available}
        tried={tried}
        onChange={draft.putLines}
        onUnit={draft.changeUnit}
        onLeave={() => picker.current?.focus()}
      />
      {draft.missing > 0 && <LoadingRows rows={draft.missing} height={56} />}
      {scan.notice}
      <div className={styles.ways}>
        <ProductPicker onChoose={(product) => add(product, product.stockUnit, "1")} inputRef={picker} />
        {scan.button}
      </div>
      {scan.sheet}
      {lines.length + draft.missing === 0 ? (
        <Empty title={<Trans>No lines yet</Trans>}>{begin}</Empty>
      ) : (
        draft.amount !== null && (
          <p className={styles.total}>
            <span>
              <Plural value={lines.length} one="Total, # line" other="Total, # lines" />
            </span>
            <Money value={draft.amount} strong />
          </p>
        )
      )}
      <TextInput
        label={t`Note`}
        value={draft.note}
        onChange={(event) => put({ note: event.currentTarget.value })}
        error={refused("note")}
        maxLength={1000}
      />
    </WithPlace>
  );
}
