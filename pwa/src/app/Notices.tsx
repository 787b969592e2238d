import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { HardDrive, RefreshCw } from "lucide-react";
import { useStore } from "../data/store";
import { useTrouble } from "../offline/trouble";
import { Notice } from "../ui/Notice";
import { dirty, takeOver, update } from "./update";

/** What concerns the whole app, above whatever page is open. */
export function Notices() {
  return (
    <>
      <DeviceTrouble />
      <NewVersion />
    </>
  );
}

function DeviceTrouble() {
  const trouble = useTrouble();
  const reload = (
    <Button variant="default" onClick={() => location.reload()}>
      <Trans>Reload</Trans>
    </Button>
  );
  if (trouble === "blocked") {
    return (
      <Notice tone="needs">
        <Trans>Another tab holds an older version of the app open. Close it, and this one goes on.</Trans>
      </Notice>
    );
  }
  if (trouble === "full") {
    return (
      <Notice tone="needs" icon={HardDrive} action={reload}>
        <Trans>
          There is no room left on this device, so stock and orders are no longer brought up to date. Remove photos or
          apps, then open Huotong again. What waits to be sent is safe.
        </Trans>
      </Notice>
    );
  }
  if (trouble !== "lost") return null;
  return (
    <Notice tone="needs" action={reload}>
      <Trans>
        The browser does not open what is kept on this device. Reload the app; nothing new is kept until then.
      </Trans>
    </Notice>
  );
}

function NewVersion() {
  const { waiting } = useStore(update);
  const typing = useStore(dirty) > 0;
  if (waiting === null || typing) return null;
  return (
    <Notice
      tone="open"
      icon={RefreshCw}
      action={
        <Button variant="default" onClick={takeOver}>
          <Trans>Update now</Trans>
        </Button>
      }
    >
      <Trans>A new version of the app is ready. What waits to be sent stays.</Trans>
    </Notice>
  );
}
