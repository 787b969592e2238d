import { ActionIcon, NativeSelect, Popover, Switch } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Settings2 } from "lucide-react";
import { useStore } from "../data/store";
import styles from "./ScanSheet.module.css";
import { scanSettings, setScan } from "./settings";

/** Of this device: what a scan sounds like, and what its scanner and the shop's scale are. */
export function ScanSettingsButton() {
  const { t } = useLingui();
  const { sound, vibration, builtIn, scale } = useStore(scanSettings);
  return (
    <Popover withinPortal={false} position="bottom-end" width={280} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="default" size={44} aria-label={t`Settings for scanning`}>
          <Settings2 size={20} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={styles.settings}>
        <Switch
          label={t`Sound`}
          checked={sound}
          onChange={(event) => setScan({ sound: event.currentTarget.checked })}
        />
        <Switch
          label={t`Vibration`}
          checked={vibration}
          onChange={(event) => setScan({ vibration: event.currentTarget.checked })}
        />
        <Switch
          label={t`Scanner built into this device`}
          checked={builtIn}
          onChange={(event) => setScan({ builtIn: event.currentTarget.checked })}
        />
        <NativeSelect
          label={t`Scale labels hold`}
          value={scale}
          data={[
            { value: "weight", label: t`the weight` },
            { value: "amount", label: t`the amount` },
          ]}
          onChange={(event) => setScan({ scale: event.currentTarget.value as "weight" | "amount" })}
        />
        <p>
          <Trans>
            Set hand scanners to “HID keyboard, English”, ending with Enter. For GS1 codes let them send the separator
            as a visible sign such as |.
          </Trans>
        </p>
      </Popover.Dropdown>
    </Popover>
  );
}
