import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import styles from "./ScanSheet.module.css";

/** The way that always works: the digits under the bars, typed. */
export function CodeField({ onRead }: { onRead: (text: string) => boolean }) {
  const { t } = useLingui();
  const [text, setText] = useState("");
  return (
    <form
      className={styles.byHand}
      onSubmit={(event) => {
        event.preventDefault();
        if (onRead(text)) setText("");
      }}
    >
      <TextInput
        aria-label={t`Code`}
        placeholder={t`Type the code`}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        enterKeyHint="done"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={text.trim() === ""}>
        <Trans>Take</Trans>
      </Button>
    </form>
  );
}
