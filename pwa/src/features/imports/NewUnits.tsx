import { Button } from "@mantine/core";
import { Plural, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useCommand } from "../../data/command";
import { uuid7 } from "../../data/uuid";
import { Notice } from "../../ui/Notice";
import { CommandNotice } from "../../ui/Refusal";
import { DecimalsSelect } from "../masterdata/units/DecimalsSelect";
import { guessedDecimals, SAVE_UNITS } from "../masterdata/units/unit";
import { CHECK, isBusy, UNKNOWN_UNITS } from "./import";
import type { StepProps } from "./ImportPage";
import styles from "./imports.module.css";
import { unitsIn } from "./units";
import { useFound } from "./useToLookAt";

/** Units that goods of this file are counted in and the company does not have yet: made here, once somebody has seen them. */
export function NewUnits({ about, reload }: StepProps) {
  const { t } = useLingui();
  const [chosen, setChosen] = useState<Record<string, number>>({});
  const saving = useCommand(SAVE_UNITS);
  const checking = useCommand(CHECK);
  const names = unitsIn(useFound(UNKNOWN_UNITS, about)?.importRows?.nodes ?? []);
  if (names.length === 0) return null;
  const decimalsOf = (name: string) => chosen[name] ?? guessedDecimals(name);
  const check = async () => {
    if (await checking.run({ importId: about.id })) reload();
  };
  const make = async () => {
    const records = names.map((name) => ({ id: uuid7(), name, decimals: decimalsOf(name) }));
    // One that somebody else has made meanwhile is there as well.
    if ((await saving.run({ records }))?.status === "ACCEPTED") await check();
  };
  const sending = [saving.state.step, checking.state.step].includes("sending");
  return (
    <section className={styles.newUnits} aria-label={t`New units`}>
      <Notice tone="waits">
        <Plural
          value={names.length}
          one="This file counts in a unit that is not known here. Make it if it is meant, or correct the rows below."
          other="This file counts in # units that are not known here. Make them if they are meant, or correct the rows below."
        />
      </Notice>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <strong>{name}</strong>
            <DecimalsSelect
              aria-label={t`Decimals of ${name}`}
              value={decimalsOf(name)}
              disabled={isBusy(about)}
              onChange={(decimals) => setChosen({ ...chosen, [name]: decimals })}
            />
          </li>
        ))}
      </ul>
      <CommandNotice state={saving.state} onRepeat={() => void make()} onReload={reload} />
      <CommandNotice state={checking.state} onRepeat={() => void check()} onReload={reload} />
      <Button h={48} variant="default" loading={sending} disabled={isBusy(about)} onClick={() => void make()}>
        <Plural value={names.length} one="Make this unit" other="Make # units" />
      </Button>
    </section>
  );
}
