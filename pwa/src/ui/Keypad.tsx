import { useLingui } from "@lingui/react/macro";
import { Delete } from "lucide-react";
import styles from "./Keypad.module.css";

type KeypadProps = { value: string; onChange: (text: string) => void; decimals: number };

const LONGEST = 15;

/** Large keys for gloves. Taking the focus would close the field that is being filled, so the keys do not. */
export function Keypad({ value, onChange, decimals }: KeypadProps) {
  const { t } = useLingui();
  const press = (key: string) => {
    if (value.length >= LONGEST || (key === "." && value.includes("."))) return;
    onChange(value === "0" && key !== "." ? key : value + key);
  };
  return (
    <div className={styles.keypad} role="group" aria-label={t`Number keys`}>
      {["1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0"].map((key) => (
        <button
          key={key}
          type="button"
          tabIndex={-1}
          disabled={key === "." && decimals === 0}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => press(key)}
        >
          {key}
        </button>
      ))}
      <button
        type="button"
        tabIndex={-1}
        aria-label={t`Delete the last digit`}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => onChange(value.slice(0, -1))}
      >
        <Delete size={24} aria-hidden />
      </button>
    </div>
  );
}
