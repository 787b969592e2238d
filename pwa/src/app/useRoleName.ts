import { useLingui } from "@lingui/react/macro";

/** A built-in role by its name in the trade; a company's own role by the name that the company gave it. */
export function useRoleName(role: string): string {
  const { t } = useLingui();
  const builtIn: Record<string, string> = {
    owner: t`Owner`,
    manager: t`Manager`,
    buyer: t`Buyer`,
    sales: t`Salesperson`,
    keeper: t`Warehouse keeper`,
    partner: t`Partner`,
  };
  return builtIn[role] ?? role;
}
