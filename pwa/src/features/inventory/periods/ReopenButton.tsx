import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { BookOpen } from "lucide-react";
import { useState } from "react";
import { Dialog } from "../../../ui/Dialog";
import { DaySpan } from "./DaySpan";
import { after, daysBetween, monthEnd } from "./days";
import { DayForm } from "./DayForm";

type ReopenButtonProps = { closedTo: string; onDone: () => void };

/** Opens closed days again, the last month of them or all. */
export function ReopenButton({ closedTo, onDone }: ReopenButtonProps) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const last = after(closedTo, -1);
  const leave = () => setOpened(false);
  const done = () => {
    leave();
    onDone();
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={<BookOpen size={18} aria-hidden />}
        aria-haspopup="dialog"
        onClick={() => setOpened(true)}
      >
        <Trans>Open days again</Trans>
      </Button>
      <Dialog title={<Trans>Open days again</Trans>} opened={opened} onClose={leave}>
        <DayForm
          initial={monthEnd(last)}
          bounds={{ last }}
          reopen
          none={t`Without a day, all days are opened.`}
          meaning={(day) => (
            <>
              <li>
                {day === "" ? (
                  <Trans>All days are opened.</Trans>
                ) : (
                  <Trans>
                    Days opened: <DaySpan first={after(day)} last={closedTo} /> ({daysBetween(after(day), closedTo)})
                  </Trans>
                )}
              </li>
              <li>
                <Trans>Documents can be dated on them again, so figures of that time can change.</Trans>
              </li>
              <li>
                <Trans>Late entries stay on the day that they were posted on.</Trans>
              </li>
            </>
          )}
          confirm={<Trans>Open these days</Trans>}
          onDone={done}
          onLeave={leave}
        />
      </Dialog>
    </>
  );
}
