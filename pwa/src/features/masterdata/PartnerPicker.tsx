import { useCallback } from "react";
import { request } from "../../data/client";
import { graphql } from "../../data/graphql";
import { type Choice, SearchPicker } from "../../ui/SearchPicker";

const FIND = graphql(`
  query FindPartners($filter: PartnerFilter!) {
    partners(first: 8, filter: $filter, orderBy: [NAME_ASC]) {
      nodes {
        id
        code
        name
      }
    }
  }
`);

type PartnerPickerProps = {
  kind: "isCustomer" | "isSupplier";
  label: string;
  placeholder: string;
  value: Choice | null;
  onChange: (partner: Choice) => void;
  error?: string | undefined;
  disabled?: boolean;
};

export function PartnerPicker({
  kind,
  label,
  placeholder,
  value,
  onChange,
  error,
  disabled = false,
}: PartnerPickerProps) {
  const find = useCallback(
    async (search: string, signal: AbortSignal) => {
      const filter = { active: { eq: true }, [kind]: { eq: true }, ...(search && { search }) };
      const { data } = await request(FIND, { filter }, signal);
      return (data.partners?.nodes ?? []).map(({ id, name, code }) => ({ id, label: name, detail: code }));
    },
    [kind],
  );
  return (
    <SearchPicker
      label={label}
      placeholder={placeholder}
      chosen={value?.label}
      find={find}
      onChoose={onChange}
      error={error}
      disabled={disabled}
    />
  );
}
