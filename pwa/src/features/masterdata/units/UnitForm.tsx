import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useDirty } from "../../../app/update";
import { useCommand } from "../../../data/command";
import { uuid7 } from "../../../data/uuid";
import form from "../../../ui/form.module.css";
import { CommandNotice, useFieldProblems } from "../../../ui/Refusal";
import { DecimalsSelect } from "./DecimalsSelect";
import { guessedDecimals, SAVE_UNITS, type Unit } from "./unit";

type UnitFormProps = { unit: Unit | null; onSaved: (name: string) => void; onReload: () => void; onLeave: () => void };

/** A new unit, or another name and other decimals for one, with what that means for what is there. */
export function UnitForm({ unit, onSaved, onReload, onLeave }: UnitFormProps) {
  const { t } = useLingui();
  const { state, run, clear } = useCommand(SAVE_UNITS);
  const [id] = useState(() => unit?.id ?? uuid7());
  const [typed, setTyped] = useState(unit?.name ?? "");
  const [chosen, setChosen] = useState(unit?.decimals);
  const [tried, setTried] = useState(false);
  const name = typed.trim();
  const decimals = chosen ?? guessedDecimals(name);
  useDirty(typed !== (unit?.name ?? "") || chosen !== unit?.decimals);
  const problems = useFieldProblems(state.step === "answered" ? state.outcome : null);
  const refused = (field: string) => problems.some((problem) => problem.field === field); // why stands below
  const renamed = unit && name !== "" && name !== unit.name;
  const coarser = unit && decimals < unit.decimals;
  const busy = state.step === "sending";
  const stands = busy || state.step === "unanswered"; // what was sent is what will be sent again

  const save = async () => {
    setTried(true);
    if (name === "") return;
    const outcome = await run({ records: [{ id, baseVersion: unit?.version ?? null, name, decimals }] });
    if (outcome?.status === "ACCEPTED") onSaved(name);
  };
  return (
    <form
      noValidate
      className={form.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextInput
        label={t`Name`}
        value={typed}
        maxLength={200}
        disabled={stands}
        error={tried && name === "" ? t`This is needed.` : refused("name")}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          clear();
        }}
        data-autofocus
      />
      <DecimalsSelect
        label={t`Decimals`}
        description={t`Of a quantity of goods that are counted in this unit.`}
        value={decimals}
        disabled={stands}
        error={refused("decimals")}
        onChange={(count) => {
          setChosen(count);
          clear();
        }}
      />
      {(renamed || coarser) && (
        <ul className={form.meaning}>
          {renamed && (
            <li>
              <Trans>
                Documents that are there already show the new name too. Files that say “{unit.name}” no longer find it.
              </Trans>
            </li>
          )}
          {coarser && (
            <li>
              <Trans>
                What is booked stays as it is. A remainder with more decimals cannot leave stock until there are as many
                again.
              </Trans>
            </li>
          )}
        </ul>
      )}
      <CommandNotice state={state} onRepeat={() => void save()} onReload={onReload} />
      <Button type="submit" h={56} loading={busy} disabled={state.step === "unanswered"}>
        <Trans>Save</Trans>
      </Button>
      <Button variant="default" h={48} disabled={busy} onClick={onLeave}>
        <Trans>Cancel</Trans>
      </Button>
    </form>
  );
}
