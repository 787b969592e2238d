import { NativeSelect, type NativeSelectProps } from "@mantine/core";
import { useDecimalsWords } from "./words";

const DECIMALS = [0, 1, 2, 3, 4, 5, 6]; // as many as are stored

type DecimalsSelectProps = Omit<NativeSelectProps, "value" | "onChange" | "data"> & {
  value: number;
  onChange: (decimals: number) => void;
};

/** How many decimals a quantity in a unit may have. */
export function DecimalsSelect({ value, onChange, ...rest }: DecimalsSelectProps) {
  const words = useDecimalsWords();
  return (
    <NativeSelect
      {...rest}
      value={String(value)}
      onChange={(event) => onChange(Number(event.currentTarget.value))}
      data={DECIMALS.map((count) => ({ value: String(count), label: words(count) }))}
    />
  );
}
