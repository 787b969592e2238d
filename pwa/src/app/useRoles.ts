import { useLingui } from "@lingui/react/macro";

/** What somebody is in the company, in words; a role that the company made itself has only its own name. */
export function useRoles(roles: string[]): string {
  const { t, i18n } = useLingui();
  const words: Record<string, string> = {
    owner: t`Owner`,
    manager: t`Manager`,
    buyer: t`Buyer`,
    sales: t`Salesperson`,
    keeper: t`Warehouse keeper`,
    auditor: t`Auditor`,
    partner: t`Partner`,
  };
  return new Intl.ListFormat(i18n.locale).format(roles.map((role) => words[role] ?? role));
}
