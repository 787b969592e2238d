import { Trans } from "@lingui/react/macro";
import type { Transfer } from "../../../offline/views";
import { StateChip } from "../../../ui/StateChip";

export function TransferState({ status }: { status: Transfer["status"] }) {
  switch (status) {
    case "SENT":
      return (
        <StateChip tone="open">
          <Trans>In transit</Trans>
        </StateChip>
      );
    case "PARTLY_RECEIVED":
      return (
        <StateChip tone="waits">
          <Trans>Partly arrived</Trans>
        </StateChip>
      );
    case "RECEIVED":
      return (
        <StateChip tone="done">
          <Trans>Arrived</Trans>
        </StateChip>
      );
  }
}
