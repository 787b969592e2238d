import { createContext, use } from "react";
import { graphql, type ResultOf } from "./graphql";

export const ME = graphql(`
  query Me {
    me {
      id
      name
      email
      roles
      company
      companyId
      currency
      timeZone
      permissions
      partyId
    }
  }
`);

export const MeContext = createContext<ResultOf<typeof ME>["me"] | null>(null);

/** Who is signed in, and what the role lets them see and do. The server decides; this only keeps screens honest. */
export function useMe() {
  const me = use(MeContext);
  if (me === null) throw new Error("useMe outside MeProvider");
  return { ...me, can: (permission: string) => me.permissions.includes(permission) };
}
