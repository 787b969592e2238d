import { useLingui } from "@lingui/react/macro";
import { StateChip, type Tone } from "../../ui/StateChip";

export function SalesOrderState({ status }: { status: string }) {
  const { t } = useLingui();
  const words: Record<string, [Tone, string]> = {
    DRAFT: ["draft", t`To confirm`],
    CONFIRMED: ["open", t`To ship`],
    PARTLY_SHIPPED: ["waits", t`Partly shipped`],
    SHIPPED: ["done", t`Shipped`],
    RETURNED: ["done", t`Returned`],
    CANCELLED: ["off", t`Cancelled`],
  };
  const [tone, word] = words[status] ?? ["draft", status];
  return <StateChip tone={tone}>{word}</StateChip>;
}
