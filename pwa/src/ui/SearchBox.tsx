import { CloseButton, TextInput } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { Search } from "lucide-react";
import { useCallback, useEffect, useState } from "react";

const PAUSE_MS = 250;

type SearchBoxProps = { label: string; placeholder: string; value: string; onSearch: (value: string) => void };

/** Searches when the typing pauses; Enter does not wait. */
export function SearchBox({ label, placeholder, value, onSearch }: SearchBoxProps) {
  const { t } = useLingui();
  const [text, setText] = useState(value);
  const [sent, setSent] = useState(value);
  // Cleared or changed from outside; an echo of what was sent must not overwrite what has been typed since.
  if (sent !== value) {
    setSent(value);
    setText(value);
  }
  const search = useCallback(
    (words: string) => {
      setSent(words);
      onSearch(words);
    },
    [onSearch],
  );
  useEffect(() => {
    if (text.trim() === sent) return undefined;
    const timer = setTimeout(() => search(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, sent, search]);
  return (
    <TextInput
      type="search"
      maw="40rem"
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && search(text.trim())}
      leftSection={<Search size={18} aria-hidden />}
      rightSection={text && <CloseButton aria-label={t`Clear the search`} onClick={() => onSearch("")} />}
      autoComplete="off"
      enterKeyHint="search"
    />
  );
}
