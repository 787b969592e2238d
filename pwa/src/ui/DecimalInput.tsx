import { TextInput, type TextInputProps } from "@mantine/core";
import styles from "./DecimalInput.module.css";

type DecimalInputProps = Omit<TextInputProps, "value" | "onChange" | "type"> & {
  /** What was typed; `read` of `data/decimal` says what it means. */
  value: string;
  onChange: (text: string) => void;
  unit?: string | undefined;
  /** Makes the unit a button: what it does, and to whom it is told. */
  unitAction?: { label: string; onAct: () => void };
};

/** Text, not `type=number`: that one is a float inside, and turns with the mouse wheel. */
export function DecimalInput({ value, onChange, unit, unitAction, ...props }: DecimalInputProps) {
  return (
    <TextInput
      inputMode="decimal"
      autoComplete="off"
      classNames={{ input: styles.input ?? "" }}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
      {...(unit && {
        rightSection: unitAction ? (
          <button
            type="button"
            className={styles.unit}
            onClick={unitAction.onAct}
            aria-label={unitAction.label}
            title={unitAction.label}
          >
            {unit}
          </button>
        ) : (
          <span className={styles.unit}>{unit}</span>
        ),
        rightSectionWidth: 44,
      })}
      {...props}
    />
  );
}
