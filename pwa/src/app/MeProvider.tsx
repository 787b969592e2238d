import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from "react";
import { keepTrying } from "../data/hope";
import { ME, MeContext } from "../data/me";
import { keepProfile, lastProfile, type Profile } from "../data/profile";
import { person } from "../data/session";
import { useStore } from "../data/store";
import { useQuery } from "../data/useQuery";
import type { Database } from "../offline/db";
import { openFor } from "../offline/device";
import { permissionsOf, useRows } from "../offline/rows";
import { lease } from "../offline/storage";
import { ProblemState } from "../ui/states";
import { Bare } from "./Bare";
import { Loading } from "./Loading";

const Locked = lazy(async () => ({ default: (await import("./Closed")).Locked }));

/**
 * Known before any page is shown, so that nothing forbidden flashes by: from the last time, and from the server as soon
 * as it answers. Whoever signs in as somebody else, here or in another tab, gets an app that knows nothing of the first.
 */
export function MeProvider({ children }: { children: ReactNode }) {
  const last = lastProfile();
  const now = useStore(person) ?? (last && { companyId: last.companyId, userId: last.id });
  return <Known key={now && `${now.companyId}:${now.userId}`}>{children}</Known>;
}

function Known({ children }: { children: ReactNode }) {
  const { data, error, reload } = useQuery(ME, {});
  const now = useStore(person);
  const last = useMemo(() => lastProfile(), []);
  const same = last !== null && (now === null || (now.companyId === last.companyId && now.userId === last.id));
  const me = data?.me ?? (same ? last : null);
  const known = me !== null;
  const [failed, setFailed] = useState<Error>();
  useEffect(() => {
    if (error) setFailed(error);
  }, [error]);
  useEffect(() => {
    if (known || !failed) return undefined;
    return keepTrying(async () => {
      await reload();
      return false; // until this is gone
    });
  }, [known, failed, reload]);
  if (me) return <Opened me={me}>{children}</Opened>;
  return <Bare>{failed ? <ProblemState error={failed} onRetry={() => void reload()} /> : <Loading />}</Bare>;
}

const PARTS = ["profile"] as const;

function Opened({ me, children }: { me: Profile; children: ReactNode }) {
  useEffect(() => {
    void keepProfile(me);
    // A device that cannot open it says so by its state.
    openFor(me.companyId, me.id)
      .then((db) => keepIn(db, me))
      .catch(() => undefined);
  }, [me]);
  const permissions = useRows(PARTS, permissionsOf);
  const current = useMemo(
    () => (permissions === undefined || permissions.length === 0 ? me : { ...me, permissions }),
    [me, permissions],
  );
  const { locked, contactAt } = useStore(lease);
  if (locked && contactAt !== null) {
    return (
      <Suspense>
        <Locked contactAt={contactAt} />
      </Suspense>
    );
  }
  return <MeContext value={current}>{children}</MeContext>;
}

async function keepIn(db: Database, { name, email, roles, company, currency, permissions }: Profile) {
  await db.meta.put({ name, email: email ?? "", roles, company, currency, permissions }, "profile");
  db.changes.tell({ parts: ["profile"], packs: [] });
}
