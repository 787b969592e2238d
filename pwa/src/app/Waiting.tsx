import { Plural } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import type { Resident } from "../offline/db";
import { listDatabases } from "../offline/device";
import { Notice } from "../ui/Notice";

type WaitingProps = { except?: Pick<Resident, "companyId" | "userId"> };

/** Whose work lies on this device until they sign in again, and into which company. What it is stays theirs. */
export default function Waiting({ except }: WaitingProps) {
  const [residents, setResidents] = useState<Resident[]>([]);
  useEffect(() => {
    listDatabases().then(setResidents, () => undefined);
  }, []);
  const waiting = residents.filter(
    ({ companyId, userId, unsent, attention }) =>
      unsent + attention > 0 && !(companyId === except?.companyId && userId === except.userId),
  );
  return waiting.map((resident) => <Left key={`${resident.companyId}:${resident.userId}`} {...resident} />);
}

function Left({ profile, unsent, attention }: Resident) {
  const { name, company } = profile ?? { name: "", company: "" };
  return (
    <Notice tone="waits">
      <Plural
        value={unsent + attention}
        one={`# entry of ${name} (${company}) waits on this device.`}
        other={`# entries of ${name} (${company}) wait on this device.`}
      />
    </Notice>
  );
}
