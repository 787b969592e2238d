import styles from "./Tabs.module.css";

type TabsProps<Key extends string> = {
  label: string;
  value: string;
  onChange: (value: Key) => void;
  tabs: readonly (readonly [Key, string])[];
};

/** A few views of one list, side by side, scrolling on a narrow screen. */
export function Tabs<Key extends string>({ label, value, onChange, tabs }: TabsProps<Key>) {
  return (
    <div className={styles.tabs} role="group" aria-label={label}>
      {tabs.map(([key, word]) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onChange(key)}>
          {word}
        </button>
      ))}
    </div>
  );
}
