/** What is shown in place of the app while it must not be used. */
import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { Download, RefreshCw } from "lucide-react";
import { useEffect } from "react";
import { lastProfile, type Person } from "../data/profile";
import { saveQueue } from "../features/sync/saveQueue";
import { openFor } from "../offline/device";
import { surrender } from "../offline/leave";
import { Empty } from "../ui/states";
import { useFormat } from "../ui/useFormat";
import { Bare } from "./Bare";
import { Loading } from "./Loading";
import { takeOver } from "./update";

/** The server does not take this version of the app any more. What was done with it can be saved. */
export function UpdateRequired() {
  const profile = lastProfile();
  return (
    <Bare>
      <Empty
        icon={RefreshCw}
        title={<Trans>This version of the app has to be updated</Trans>}
        action={
          <>
            <Button onClick={takeOver}>
              <Trans>Update now</Trans>
            </Button>
            {profile && (
              <Button
                variant="default"
                leftSection={<Download size={18} aria-hidden />}
                onClick={() => void openFor(profile.companyId, profile.id).then(saveQueue)}
              >
                <Trans>Save unsent entries as a file</Trans>
              </Button>
            )}
          </>
        }
      >
        <Trans>What you entered is kept on this device and is sent by the new version.</Trans>
      </Empty>
    </Bare>
  );
}

/** The company has shut this device out: it hands over what it has, and forgets it. */
export function Revoked({ person }: { person: Person }) {
  useEffect(() => {
    void surrender(person);
  }, [person]);
  return (
    <Bare>
      <Loading />
      <p role="status">
        <Trans>
          This device was signed out by your company. What has not been sent is handed over, then everything is removed
          from here.
        </Trans>
      </p>
    </Bare>
  );
}

/** The server has been silent for so long that nothing is shown until it speaks. */
export function Locked({ contactAt }: { contactAt: number }) {
  const format = useFormat();
  const since = format.moment(new Date(contactAt).toISOString());
  return (
    <Bare>
      <Empty
        title={<Trans>Locked until this device reaches the server</Trans>}
        action={
          <Button onClick={() => location.reload()}>
            <Trans>Try again</Trans>
          </Button>
        }
      >
        <Trans>It was last reached on {since}. What waits to be sent is kept, and is sent first.</Trans>
      </Empty>
    </Bare>
  );
}
