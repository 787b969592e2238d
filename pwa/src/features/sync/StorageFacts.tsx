import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect } from "react";
import { connection } from "../../data/connection";
import { useStore } from "../../data/store";
import { rowsState } from "../../offline/state";
import { askToPersist, lease, measureStorage, storage } from "../../offline/storage";
import { Facts } from "../../ui/Facts";
import { Notice } from "../../ui/Notice";
import { Section } from "../../ui/Section";
import { useFormat } from "../../ui/useFormat";

const MEGABYTE = 1_000_000;

/** How well this device keeps what is on it, and when it last heard from the server. */
export function StorageFacts() {
  const { t } = useLingui();
  const format = useFormat();
  const { persisted, usage, quota } = useStore(storage);
  const { contactAt } = useStore(lease);
  const { lastSuccess } = useStore(connection);
  const { problem } = useStore(rowsState);
  useEffect(() => void measureStorage(), []);
  const heard = lastSuccess ?? contactAt;
  const inMegabytes = (bytes: number) => `${format.quantity((bytes / MEGABYTE).toFixed(1))} MB`;
  return (
    <Section title={<Trans>This device</Trans>}>
      {problem === "database_lost" && (
        <Notice tone="needs">
          <Trans>The browser has lost the connection to its storage. Close Huotong and open it again.</Trans>
        </Notice>
      )}
      <Facts
        facts={[
          [t`Server last reached`, heard === null ? t`not yet` : format.moment(new Date(heard).toISOString())],
          [
            t`Kept by the browser`,
            persisted === null
              ? t`it does not say`
              : persisted
                ? t`yes, until you delete it`
                : t`as long as it has room for it`,
          ],
          [t`Room used`, usage !== null && inMegabytes(usage)],
          [t`Room there is`, quota !== null && inMegabytes(quota)],
        ]}
      />
      {persisted === false && (
        <Button variant="default" w="fit-content" onClick={() => void askToPersist()}>
          <Trans>Ask the browser to keep it</Trans>
        </Button>
      )}
    </Section>
  );
}
