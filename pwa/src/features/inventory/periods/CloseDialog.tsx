import { Trans } from "@lingui/react/macro";
import { useMe } from "../../../data/me";
import { Dialog } from "../../../ui/Dialog";
import { Notice } from "../../../ui/Notice";
import { useFormat } from "../../../ui/useFormat";
import { DaySpan } from "./DaySpan";
import { after, daysBetween, lastOver, monthEnd } from "./days";
import { DayForm } from "./DayForm";

type CloseDialogProps = { opened: boolean; closedTo: string | null; onDone: () => void; onLeave: () => void };

/** Closes days, the last month if it is open yet, once somebody has read what that means. */
export function CloseDialog({ opened, closedTo, ...ways }: CloseDialogProps) {
  const { timeZone } = useMe();
  const format = useFormat();
  const first = closedTo === null ? undefined : after(closedTo);
  const last = lastOver(timeZone);
  const month = monthEnd(last);
  return (
    <Dialog title={<Trans>Close the books</Trans>} opened={opened} onClose={ways.onLeave}>
      {first !== undefined && first > last ? (
        <Notice tone="done">
          <Trans>All days that are over are closed.</Trans>
        </Notice>
      ) : (
        <DayForm
          initial={first === undefined || month >= first ? month : ""}
          bounds={{ first, last }}
          meaning={(day) => (
            <>
              <li>
                {first === undefined ? (
                  <Trans>All days up to {format.date(day)} are closed.</Trans>
                ) : (
                  <Trans>
                    Days closed: <DaySpan first={first} last={day} /> ({daysBetween(first, day)})
                  </Trans>
                )}
              </li>
              <li>
                <Trans>Nothing can be dated on them any more, and no document of them can be taken back.</Trans>
              </li>
              <li>
                <Trans>
                  What happened on them and is reported later, above all by a phone without a network, is posted on{" "}
                  {format.date(after(day))}, the first open day, and listed here.
                </Trans>
              </li>
              <li>
                <Trans>You can open the days again.</Trans>
              </li>
            </>
          )}
          confirm={<Trans>Close the books</Trans>}
          {...ways}
        />
      )}
    </Dialog>
  );
}
