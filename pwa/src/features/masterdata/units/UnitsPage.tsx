import { Trans, useLingui } from "@lingui/react/macro";
import { Pencil, Plus, Ruler } from "lucide-react";
import { useState } from "react";
import { useMe } from "../../../data/me";
import { useQuery } from "../../../data/useQuery";
import { Dialog } from "../../../ui/Dialog";
import { Notice } from "../../../ui/Notice";
import { Page } from "../../../ui/Page";
import { Empty, Forbidden, LoadingRows, ProblemState } from "../../../ui/states";
import { useWide } from "../../../ui/useWide";
import { type Unit, UNITS } from "./unit";
import { UnitForm } from "./UnitForm";
import styles from "./units.module.css";
import { useDecimalsWords } from "./words";

/** What goods are counted in. */
export default function UnitsPage() {
  const { t } = useLingui();
  const { can } = useMe();
  const wide = useWide(); // there it is in the navigation
  const back = wide ? {} : { back: { href: "/me", label: t`Me` } };
  if (!can("product.write")) {
    return (
      <Page title={t`Units of measure`} {...back}>
        <Forbidden />
      </Page>
    );
  }
  return <Units {...back} />;
}

function Units({ back }: { back?: { href: string; label: string } }) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const [about, setAbout] = useState<Unit | null>(null); // none: a new one
  const [saved, setSaved] = useState("");
  const { data, error, forbidden, reload } = useQuery(UNITS, {});
  const open = (unit: Unit | null) => {
    setAbout(unit);
    setSaved("");
    setOpened(true);
  };
  const leave = () => setOpened(false);
  const reloaded = () => {
    leave();
    void reload();
  };
  const units = data?.units ?? undefined;
  const action = { label: <Trans>New unit</Trans>, icon: Plus, onAct: () => open(null) };
  return (
    <Page title={t`Units of measure`} {...(back && { back })} action={units && action}>
      {!units ? (
        forbidden?.includes("units") ? (
          <Forbidden />
        ) : error ? (
          <ProblemState error={error} onRetry={() => void reload()} />
        ) : (
          <LoadingRows />
        )
      ) : (
        <>
          {error && (
            <Notice tone="waits">
              <Trans>The server cannot be reached. This is how things stood when it last could.</Trans>
            </Notice>
          )}
          {saved !== "" && (
            <Notice tone="done">
              <Trans>“{saved}” is saved.</Trans>
            </Notice>
          )}
          {units.length === 0 ? (
            <Empty icon={Ruler} title={<Trans>No units yet</Trans>}>
              <Trans>
                Make those that your goods are counted and packed in: piece, box, kilogram. Lists that you bring in can
                make them too.
              </Trans>
            </Empty>
          ) : (
            <UnitList units={units} onOpen={open} />
          )}
          <Dialog title={about ? <Trans>Change unit</Trans> : <Trans>New unit</Trans>} opened={opened} onClose={leave}>
            <UnitForm
              key={about?.id}
              unit={about}
              onSaved={(name) => {
                setSaved(name);
                reloaded();
              }}
              onReload={reloaded}
              onLeave={leave}
            />
          </Dialog>
        </>
      )}
    </Page>
  );
}

function UnitList({ units, onOpen }: { units: readonly Unit[]; onOpen: (unit: Unit) => void }) {
  const { t } = useLingui();
  const decimalsOf = useDecimalsWords();
  return (
    <ul className={styles.units} aria-label={t`Units of measure`}>
      {units.map((unit) => (
        <li key={unit.id}>
          <button type="button" aria-haspopup="dialog" onClick={() => onOpen(unit)}>
            <strong>{unit.name}</strong>
            <span>{decimalsOf(unit.decimals)}</span>
            <Pencil size={18} aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}
