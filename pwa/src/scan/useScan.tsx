import { ActionIcon, Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ScanBarcode } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { useProducts } from "../offline/views";
import { useSearchParam } from "../ui/useSearchParam";
import { useWide } from "../ui/useWide";
import { ScanNotices } from "./ScanNotices";
import { type ScanOptions, type Scans, useScans } from "./useScans";

const ScanPanel = lazy(async () => ({ default: (await import("./ScanSheet")).ScanPanel }));

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
  useGiven(scans, !disabled);
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
    sheet: opened && (
      <Suspense>
        <ScanPanel scans={scans} onClose={() => setOpened(false)} list={list} />
      </Suspense>
    ),
  };
}

/** A product in the address, as the page that shows what was scanned sends it on, counts as scanned, once. */
function useGiven(scans: Scans, enabled: boolean) {
  const [id, setId] = useSearchParam("product");
  const product = useProducts(id === "" ? [] : [id]).get(id);
  const { give } = scans;
  useEffect(() => {
    if (!product || !enabled) return;
    setId("");
    give(product);
    // oxlint-disable-next-line react/exhaustive-deps -- once for each product; `give` is another one at every turn
  }, [product, enabled]);
}
