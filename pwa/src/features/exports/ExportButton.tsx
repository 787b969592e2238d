import { ActionIcon, Button } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { CloudOff, FileDown } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { connection } from "../../data/connection";
import { useMe } from "../../data/me";
import { useStore } from "../../data/store";
import { useWide } from "../../ui/useWide";
import type { Wanted } from "./wanted";

const ExportDialog = lazy(() => import("./ExportDialog"));

/** Makes a file of a list, for whoever may take lists away. The list on the screen is on the device; this is not. */
export function ExportButton({ wanted }: { wanted: Wanted }) {
  const { t } = useLingui();
  const { can } = useMe();
  const { reachable } = useStore(connection);
  const wide = useWide();
  const button = useRef<HTMLButtonElement>(null);
  const [{ open, times }, setState] = useState({ open: false, times: 0 });
  if (!can("export.run")) return null;
  const label = reachable ? t`Export` : t`Export needs the network`;
  const Icon = reachable ? FileDown : CloudOff;
  const shared = {
    ref: button,
    onClick: () => setState({ open: true, times: times + 1 }),
    "aria-haspopup": "dialog" as const,
  };
  return (
    <>
      {wide ? (
        <Button variant="default" leftSection={<Icon size={18} aria-hidden />} {...shared}>
          {label}
        </Button>
      ) : (
        <ActionIcon variant="default" size={44} aria-label={label} {...shared}>
          <Icon size={20} aria-hidden />
        </ActionIcon>
      )}
      {times > 0 && (
        <Suspense fallback={null}>
          {/* Closed, it stays for a moment: the page must see that Esc was meant for it. */}
          <ExportDialog
            key={times}
            opened={open}
            wanted={wanted}
            onClose={() => setState({ open: false, times })}
            onClosed={() => button.current?.focus()}
          />
        </Suspense>
      )}
    </>
  );
}
