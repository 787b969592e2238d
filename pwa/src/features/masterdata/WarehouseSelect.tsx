import { NativeSelect } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { graphql } from "../../data/graphql";
import { useQuery } from "../../data/useQuery";

const PLACES = graphql(`
  query StoragePlaces {
    locations {
      id
      kind
      name
      warehouse {
        name
        active
      }
    }
  }
`);

const KEPT = "huotong.place";
const FIRST_PLACE = "storage";

/** Where goods can be put or taken from; the one this person used last comes first. */
export function usePlaces() {
  const { data, error, reload } = useQuery(PLACES, {});
  const places = (data?.locations ?? [])
    .filter((place) => place.kind === "STORAGE" && place.warehouse?.active !== false)
    .map((place) => ({ id: place.id, label: placeName(place) }));
  const kept = localStorage.getItem(KEPT);
  return {
    places,
    first: places.find((place) => place.id === kept)?.id ?? places[0]?.id,
    keep: (id: string) => localStorage.setItem(KEPT, id),
    error,
    reload,
  };
}

/** The place that every warehouse starts with is called by the warehouse's name. */
export function placeName(place: { name: string; warehouse: { name: string } | null }) {
  const warehouse = place.warehouse?.name;
  if (warehouse === undefined) return place.name;
  return place.name === FIRST_PLACE || place.name === warehouse ? warehouse : `${warehouse} / ${place.name}`;
}

type WarehouseSelectProps = {
  places: { id: string; label: string }[];
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
