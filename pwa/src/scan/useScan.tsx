import { ActionIcon, Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ScanBarcode } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useWide } from "../ui/useWide";
import { ScanNotices } from "./ScanNotices";
import { ScanPanel } from "./ScanSheet";
import { type ScanOptions, useScans } from "./useScans";

/**
 * Scanning for a screen: the hand scanner is heard all the time, `button` opens the camera with a field to type codes
 * in, `notice` says what became of the last code where nothing is open, and `sheet` stands anywhere in the screen.
 */
export function useScan({ list, ...options }: ScanOptions & { list?: ReactNode }) {
  const { t } = useLingui();
  const wide = useWide();
  const scans = useScans(options);
  const [opened, setOpened] = useState(false);
  const open = () => setOpened(true);
  const disabled = options.enabled === false;
  return {
    ...scans,
    open,
    button: wide ? (
      <Button variant="default" leftSection={<ScanBarcode size={18} aria-hidden />} onClick={open} disabled={disabled}>
        <Trans>Scan</Trans>
      </Button>
    ) : (
      <ActionIcon variant="default" size={44} aria-label={t`Scan`} onClick={open} disabled={disabled}>
        <ScanBarcode size={22} aria-hidden />
      </ActionIcon>
    ),
    notice: opened ? null : <ScanNotices scans={scans} />,
    sheet: opened && <ScanPanel scans={scans} onClose={() => setOpened(false)} list={list} />,
  };
}
