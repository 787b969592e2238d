import { Trans } from "@lingui/react/macro";
import { Clock } from "lucide-react";
import type { OfflineState } from "../offline/commands";
import { Notice } from "./Notice";
import { CommandNotice } from "./Refusal";

// Sending again is the queue's work, and what else changed comes by itself.
const nothing = () => undefined;

/** What became of a command that is kept on this device: on its way, booked, waiting for a manager, or refused. */
export function QueuedNotice({ state }: { state: OfflineState }) {
  if (state.step === "idle") return null;
  if (state.step === "answered") {
    return state.outcome.status === "ACCEPTED" ? (
      <Notice tone="done">
        <Trans>Booked.</Trans>
      </Notice>
    ) : (
      <CommandNotice state={state} onRepeat={nothing} onReload={nothing} />
    );
  }
  if (state.step === "unkept") {
    return (
      <Notice tone="needs">
        <Trans>
          This could not be kept on this device: it has no room, or the browser lost its storage. Nothing was done.
        </Trans>
      </Notice>
    );
  }
  return (
    <Notice tone="open" icon={Clock}>
      <Trans>Kept on this device, and sent as soon as the server can be reached.</Trans>
    </Notice>
  );
}
