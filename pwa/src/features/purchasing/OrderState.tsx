import { useLingui } from "@lingui/react/macro";
import { StateChip, type Tone } from "../../ui/StateChip";

export function PurchaseOrderState({ status }: { status: string }) {
  const { t } = useLingui();
  const words: Record<string, [Tone, string]> = {
    OPEN: ["open", t`To receive`],
    PARTLY_RECEIVED: ["waits", t`Partly received`],
    RECEIVED: ["done", t`Received`],
    CANCELLED: ["off", t`Cancelled`],
  };
  const [tone, word] = words[status] ?? ["draft", status];
  return <StateChip tone={tone}>{word}</StateChip>;
}
