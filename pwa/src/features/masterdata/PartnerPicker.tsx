import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { type Partner, usePartners } from "../../offline/views";
import { type Choice, SearchPicker } from "../../ui/SearchPicker";

type PartnerPickerProps = {
  kind: "customer" | "supplier";
  label: string;
  placeholder: string;
  value: Choice | null;
  onChange: (partner: Choice) => void;
  error?: string | undefined;
  disabled?: boolean;
};

const SHOWN = 8;
const choice = ({ id, name, code }: Partner): Choice => ({ id, label: name, detail: code });

export function PartnerPicker({ kind, value, onChange, ...field }: PartnerPickerProps) {
  const [words, setWords] = useState<string | null>(null);
  const partners = usePartners(words ?? "", kind);
  return (
    <SearchPicker
      {...field}
      chosen={value?.label}
      words={words}
      onWords={setWords}
      rows={partners.slice(0, SHOWN).map(choice)}
      nothing={
        words === "" &&
        (kind === "customer" ? (
          <Trans>No customers on this device yet</Trans>
        ) : (
          <Trans>No suppliers on this device yet</Trans>
        ))
      }
      onChoose={onChange}
    />
  );
}
