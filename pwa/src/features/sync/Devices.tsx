import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useCallback, useState } from "react";
import { ask } from "../../data/client";
import { Failed } from "../../data/errors";
import { useMe } from "../../data/me";
import { useLoad } from "../../data/useLoad";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { StateChip } from "../../ui/StateChip";
import { LoadingRows, ProblemState } from "../../ui/states";
import { useFormat } from "../../ui/useFormat";
import styles from "./sync.module.css";

type Device = {
  id: string;
  person: string;
  own: boolean;
  device: string;
  refreshedAt: string;
  seenAt: string | null;
  unsent: number;
  current: boolean;
};

async function load(path: string, signal?: AbortSignal): Promise<Device[]> {
  const { status, body } = await ask(path, { method: "GET" }, signal);
  if (status !== 200) throw new Failed(status);
  return (body as { devices: Device[] }).devices;
}

/** Where people are signed in, what still waits there, and the end of a device that was lost. */
export default function Devices() {
  const { t } = useLingui();
  const { can } = useMe();
  const path = can("waiting.decide") ? "/oauth/devices?all=1" : "/oauth/devices";
  const { value, error, reload } = useLoad(useCallback((signal?: AbortSignal) => load(path, signal), [path]));
  return (
    <Page title={t`Devices`} back={{ href: "/me", label: t`Me` }}>
      {value ? (
        <ul className={styles.calls}>
          {value.map((device) => (
            <DeviceCard key={device.id} device={device} onRevoked={() => void reload()} />
          ))}
        </ul>
      ) : error ? (
        <ProblemState error={error} onRetry={() => void reload()} />
      ) : (
        <LoadingRows height={96} rows={3} />
      )}
    </Page>
  );
}

function DeviceCard({ device, onRevoked }: { device: Device; onRevoked: () => void }) {
  const { t } = useLingui();
  const format = useFormat();
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState(false);
  const revoke = async () => {
    setFailed(false);
    try {
      const { status } = await ask(`/oauth/devices/${device.id}/revoke`, { method: "POST" });
      if (status !== 200 && status !== 404) throw new Failed(status);
      onRevoked();
    } catch {
      setFailed(true);
    }
  };
  return (
    <li>
      <div className={styles.head}>
        <span className={styles.kind}>{device.person}</span>
        {device.current && <StateChip tone="open">{t`this device`}</StateChip>}
        <time dateTime={device.seenAt ?? device.refreshedAt}>{format.moment(device.seenAt ?? device.refreshedAt)}</time>
      </div>
      <p className={styles.title}>{shortName(device.device)}</p>
      {device.unsent > 0 && (
        <p className={styles.attention}>
          <Plural value={device.unsent} one="# entry has not been sent yet" other="# entries have not been sent yet" />
        </p>
      )}
      {failed && (
        <Notice tone="needs">
          <Trans>The server could not be reached; the device is still signed in. Try again.</Trans>
        </Notice>
      )}
      {!device.current &&
        (asking ? (
          <>
            <p className={styles.why}>
              <Trans>
                As soon as it is online, the device hands over what waits on it to a manager, deletes what it holds and
                signs out. Until then its data stays on it.
              </Trans>
            </p>
            <div className={styles.ways}>
              <Button color="red" onClick={() => void revoke()}>
                <Trans>Sign it out and delete its data</Trans>
              </Button>
              <Button variant="default" onClick={() => setAsking(false)}>
                <Trans>Back</Trans>
              </Button>
            </div>
          </>
        ) : (
          <div className={styles.ways}>
            <Button variant="default" onClick={() => setAsking(true)}>
              <Trans>Lost?</Trans>
            </Button>
          </div>
        ))}
    </li>
  );
}

const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "CrOS", "Linux"];
const BROWSERS = ["Edg", "MicroMessenger", "Firefox", "Chrome", "Safari"];
const SHOWN: Record<string, string> = { Edg: "Edge", MicroMessenger: "微信", "Mac OS X": "Mac", CrOS: "ChromeOS" };

/** Browser and system out of what the browser says of itself; as it is where neither is known. */
function shortName(agent: string): string {
  const known = [BROWSERS, SYSTEMS].flatMap((names) => names.find((name) => agent.includes(name)) ?? []);
  return known.map((name) => SHOWN[name] ?? name).join(" · ") || agent.slice(0, 80);
}
