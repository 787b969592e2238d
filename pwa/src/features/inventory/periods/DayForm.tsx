import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { useCommand } from "../../../data/command";
import form from "../../../ui/form.module.css";
import { CommandNotice } from "../../../ui/Refusal";
import { useFormat } from "../../../ui/useFormat";
import { CLOSE } from "./period";

export type Bounds = { first?: string | undefined; last: string };

type DayFormProps = {
  initial: string;
  bounds: Bounds;
  /** Days that are closed may be opened. */
  reopen?: boolean;
  /** What no day at all means, where it means something. */
  none?: string;
  /** What follows from the day that is chosen. */
  meaning: (day: string) => ReactNode;
  confirm: ReactNode;
  onDone: () => void;
  onLeave: () => void;
};

/** Chooses the last closed day, with what it means in front of the eyes. */
export function DayForm({
  initial,
  bounds: { first, last },
  reopen = false,
  none,
  meaning,
  confirm,
  onDone,
  onLeave,
}: DayFormProps) {
  const { t } = useLingui();
  const format = useFormat();
  const [day, setDay] = useState(initial);
  const { state, run, clear } = useCommand(CLOSE);
  const fits = day === "" ? none !== undefined : (first === undefined || day >= first) && day <= last;
  const [from, until] = [first && format.date(first), format.date(last)];
  const wrong = day === "" || fits ? undefined : from ? t`A day from ${from} to ${until}` : t`${until} at the latest`;
  const send = async () => {
    const outcome = await run({ closedTo: day || null, reopen });
    if (outcome?.status === "ACCEPTED") onDone();
  };
  return (
    <form
      className={form.form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <TextInput
        type="date"
        label={t`Closed up to`}
        description={none}
        value={day}
        min={first}
        max={last}
        error={wrong}
        onChange={(event) => {
          setDay(event.currentTarget.value);
          clear();
        }}
        data-autofocus
      />
      {fits && <ul className={form.meaning}>{meaning(day)}</ul>}
      <CommandNotice state={state} onRepeat={() => void send()} onReload={onLeave} />
      <Button type="submit" h={56} loading={state.step === "sending"} disabled={!fits}>
        {confirm}
      </Button>
      <Button variant="default" h={48} onClick={onLeave}>
        <Trans>Not now</Trans>
      </Button>
    </form>
  );
}
