import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";

export function useDecimalsWords() {
  const { t } = useLingui();
  return (count: number) =>
    count === 0 ? t`no decimals` : t`${plural(count, { one: "up to # decimal", other: "up to # decimals" })}`;
}
