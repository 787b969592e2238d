import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { Download } from "lucide-react";
import { useState } from "react";
import { download } from "../../data/download";
import { Failed, SignedOut, Unreachable } from "../../data/errors";
import { Notice } from "../../ui/Notice";

type DownloadButtonProps = { fileId: string; name: string; main?: boolean };

/** Fetches a file with the person's token and hands it over; says what to do where that fails. */
export function DownloadButton({ fileId, name, main = false }: DownloadButtonProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const fetchIt = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await download(fileId, name);
    } catch (failed) {
      if (!(failed instanceof SignedOut)) setError(failed as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button
        variant={main ? "filled" : "default"}
        leftSection={<Download size={18} aria-hidden />}
        loading={busy}
        onClick={() => void fetchIt()}
        {...(main && { h: 56 })}
        data-autofocus={main || undefined}
      >
        <Trans>Download</Trans>
      </Button>
      {error && (
        <Notice tone="needs">
          {error instanceof Unreachable ? (
            <Trans>The server could not be reached. The file is kept; try again when there is a network.</Trans>
          ) : error instanceof Failed && error.status === 404 ? (
            <Trans>This file is not kept any more. Make it again.</Trans>
          ) : (
            <Trans>The file could not be fetched. Try again; if it stays, tell your administrator the time.</Trans>
          )}
        </Notice>
      )}
    </>
  );
}
