import { Trans } from "@lingui/react/macro";
import { useFormat } from "../../../ui/useFormat";

/** From the first day to the last. */
export function DaySpan({ first, last }: { first: string; last: string }) {
  const format = useFormat();
  const [from, until] = [format.date(first), format.date(last)];
  return first === last ? (
    from
  ) : (
    <Trans>
      {from} to {until}
    </Trans>
  );
}
