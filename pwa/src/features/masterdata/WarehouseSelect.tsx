import { NativeSelect } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";

const FIRST_PLACE = "storage";

/** The place that every warehouse starts with is called by the warehouse's name. */
export function placeName(place: { name: string; warehouse: { name: string } | null }) {
  const warehouse = place.warehouse?.name;
  if (warehouse === undefined) return place.name;
  return place.name === FIRST_PLACE || place.name === warehouse ? warehouse : `${warehouse} / ${place.name}`;
}

type WarehouseSelectProps = {
  places: readonly { id: string; label: string }[];
  value: string;
  onChange: (id: string) => void;
  error?: string | undefined;
  disabled?: boolean;
};

export function WarehouseSelect({ places, value, onChange, error, disabled = false }: WarehouseSelectProps) {
  const { t } = useLingui();
  return (
    <NativeSelect
      label={t`Warehouse`}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={places.map((place) => ({ value: place.id, label: place.label }))}
      error={error}
      disabled={disabled || places.length === 0}
    />
  );
}
