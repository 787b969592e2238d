import { TextInput, type TextInputProps } from "@mantine/core";
import styles from "./DecimalInput.module.css";

type DecimalInputProps = Omit<TextInputProps, "value" | "onChange" | "type"> & {
  /** What was typed; `read` of `data/decimal` says what it means. */
  value: string;
  onChange: (text: string) => void;
  unit?: string | undefined;
};

/** Text, not `type=number`: that one is a float inside, and turns with the mouse wheel. */
export function DecimalInput({ value, onChange, unit, ...props }: DecimalInputProps) {
  return (
    <TextInput
      inputMode="decimal"
      autoComplete="off"
      classNames={{ input: styles.input ?? "" }}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
      {...(unit && { rightSection: <span className={styles.unit}>{unit}</span>, rightSectionWidth: 44 })}
      {...props}
    />
  );
}
