import { Combobox, Loader, TextInput, useCombobox } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Search } from "lucide-react";
import { type ReactNode, type Ref, useEffect } from "react";
import styles from "./SearchPicker.module.css";

export type Choice = { id: string; label: string; detail?: ReactNode };

type SearchPickerProps<Row extends Choice> = {
  label: string;
  placeholder: string;
  hideLabel?: boolean;
  /** Shown while nothing is being searched. */
  chosen?: string | undefined;
  /** What is being searched; null while nothing is. */
  words: string | null;
  onWords: (words: string | null) => void;
  /** What matches; undefined while it is on its way. */
  rows: readonly Row[] | undefined;
  /** Instead of "nothing found", where there is more to say. */
  nothing?: ReactNode;
  onChoose: (row: Row) => void;
  error?: ReactNode;
  disabled?: boolean;
  inputRef?: Ref<HTMLInputElement>;
};

/** A field that looks a record up by name, code or barcode. Enter takes the first match, Esc leaves. */
export function SearchPicker<Row extends Choice>(props: SearchPickerProps<Row>) {
  const { label, placeholder, hideLabel = false, chosen, words, onWords, rows, nothing, onChoose } = props;
  const { error, disabled = false, inputRef } = props;
  const { t } = useLingui();
  const combobox = useCombobox({ onDropdownClose: () => onWords(null) });
  const { dropdownOpened, selectFirstOption, resetSelectedOption } = combobox;

  const shown = words ? rows?.map(({ id }) => id).join() : undefined;
  useEffect(() => {
    if (!dropdownOpened) return;
    if (shown) selectFirstOption();
    else resetSelectedOption();
  }, [dropdownOpened, shown, selectFirstOption, resetSelectedOption]);

  return (
    <Combobox
      store={combobox}
      withinPortal={false}
      onOptionSubmit={(id) => {
        const row = rows?.find((candidate) => candidate.id === id);
        combobox.closeDropdown();
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
          enterKeyHint="search"
          leftSection={<Search size={18} aria-hidden />}
          rightSection={words !== null && rows === undefined && <Loader size={16} />}
          onChange={(event) => {
            onWords(event.currentTarget.value);
            combobox.openDropdown();
          }}
          onFocus={() => {
            onWords("");
            combobox.openDropdown();
          }}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        {rows && rows.length > 0 ? (
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
            {rows === undefined ? <Trans>Searching…</Trans> : nothing || <Trans>Nothing found</Trans>}
          </div>
        )}
      </Combobox.Dropdown>
    </Combobox>
  );
}
