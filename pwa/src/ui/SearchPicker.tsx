import { Combobox, Loader, TextInput, useCombobox } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Search } from "lucide-react";
import { type ReactNode, type Ref, useEffect, useState } from "react";
import styles from "./SearchPicker.module.css";

export type Choice = { id: string; label: string; detail?: ReactNode };

type SearchPickerProps<Row extends Choice> = {
  label: string;
  placeholder: string;
  hideLabel?: boolean;
  /** Shown while nothing is being searched. */
  chosen?: string | undefined;
  find: (words: string, signal: AbortSignal) => Promise<Row[]>;
  onChoose: (row: Row) => void;
  error?: ReactNode;
  disabled?: boolean;
  inputRef?: Ref<HTMLInputElement>;
};

const PAUSE_MS = 200;

/** A field that looks a record up by name, code or barcode. What was searched before never arrives after. */
export function SearchPicker<Row extends Choice>(props: SearchPickerProps<Row>) {
  const { label, placeholder, hideLabel = false, chosen, find, onChoose, error, disabled = false, inputRef } = props;
  const { t } = useLingui();
  const [words, setWords] = useState<string | null>(null);
  const [found, setFound] = useState<{ rows: Row[]; failed: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const combobox = useCombobox({ onDropdownClose: () => setWords(null) });

  useEffect(() => {
    if (words === null) return undefined;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      setBusy(true);
      find(words.trim(), leaving.signal)
        .then(
          (rows) => leaving.signal.aborted || setFound({ rows, failed: false }),
          () => leaving.signal.aborted || setFound({ rows: [], failed: true }),
        )
        .finally(() => leaving.signal.aborted || setBusy(false));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [words, find]);

  const rows = found?.rows ?? [];
  return (
    <Combobox
      store={combobox}
      withinPortal={false}
      onOptionSubmit={(id) => {
        const row = rows.find((candidate) => candidate.id === id);
        combobox.closeDropdown();
        setWords(null);
        setFound(null);
        if (row) onChoose(row);
      }}
    >
      <Combobox.Target>
        <TextInput
          ref={inputRef}
          {...(hideLabel ? { "aria-label": label } : { label })}
          placeholder={placeholder}
          value={words ?? chosen ?? ""}
          error={error}
          disabled={disabled}
          autoComplete="off"
          leftSection={<Search size={18} aria-hidden />}
          rightSection={busy && <Loader size={16} />}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            combobox.openDropdown();
            combobox.resetSelectedOption();
          }}
          onFocus={() => {
            setWords("");
            combobox.openDropdown();
          }}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        {rows.length > 0 ? (
          <Combobox.Options aria-label={t`Matches`} className={styles.options}>
            {rows.map((row) => (
              <Combobox.Option value={row.id} key={row.id}>
                <div>{row.label}</div>
                {row.detail && <div className={styles.detail}>{row.detail}</div>}
              </Combobox.Option>
            ))}
          </Combobox.Options>
        ) : (
          <div className={styles.nothing} role="status">
            {!found ? (
              <Trans>Searching…</Trans>
            ) : found.failed ? (
              <Trans>No connection to the server</Trans>
            ) : (
              <Trans>Nothing found</Trans>
            )}
          </div>
        )}
      </Combobox.Dropdown>
    </Combobox>
  );
}
