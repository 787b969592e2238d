import { Button } from "@mantine/core";
import { useLingui } from "@lingui/react";
import { Trans } from "@lingui/react/macro";
import { Unreachable } from "../data/errors";
import type { CommandState, Outcome } from "../data/command";
import { DETAILS, REFUSALS, UNKNOWN_REFUSAL } from "../i18n/refusals";
import { Notice } from "./Notice";

type Told = { code: string | null; details?: unknown };

/** The sentence of a refusal code, and the facts that explain it. */
export function useRefusalWords() {
  const { i18n } = useLingui();
  return ({ code, details }: Told) => {
    const facts = typeof details === "object" && details !== null ? (details as Record<string, unknown>) : {};
    const told = Object.entries(DETAILS)
      .filter(([key]) => typeof facts[key] === "string" || typeof facts[key] === "number")
      .map(([key, word]) => `${i18n._(word)} ${String(facts[key])}`);
    return { sentence: i18n._(REFUSALS[code ?? ""] ?? UNKNOWN_REFUSAL), facts: told.join(", ") };
  };
}

export type FieldProblem = { line: number | null; field: string; message: string };

/**
 * Where in the form each refusal belongs; `lines.2.quantity` is the quantity of the third line. There is little room at
 * a field, and the sentence stands above the form: the facts do there, where there are any.
 */
export function useFieldProblems(outcome: Outcome | null): FieldProblem[] {
  const words = useRefusalWords();
  if (outcome === null || outcome.status === "ACCEPTED" || outcome.status === "WAITING") return [];
  const own = outcome.status === "REFUSED" && outcome.field !== null ? [{ ...outcome, details: outcome.data }] : [];
  const records = outcome.records.filter((record) => record.code !== null && record.field !== null);
  return [...own, ...records].map(({ code, field, details }) => {
    const path = (field ?? "").split(".");
    const line = path.findLast((step) => /^\d+$/.test(step));
    const { facts, sentence } = words({ code, details });
    return {
      line: line === undefined ? null : Number(line),
      field: path.at(-1) ?? "",
      message: facts || sentence,
    };
  });
}

type CommandNoticeProps = {
  state: CommandState;
  /** Sends the same command once more: same id, same body. */
  onRepeat: () => void;
  /** Fetches what somebody else changed. */
  onReload: () => void;
};

/** What became of a command, where it is not simply done. */
export function CommandNotice({ state, onRepeat, onReload }: CommandNoticeProps) {
  const words = useRefusalWords();
  if (state.step === "unanswered") {
    return (
      <Notice
        tone="waits"
        action={
          <Button variant="default" onClick={onRepeat}>
            <Trans>Send again</Trans>
          </Button>
        }
      >
        {state.error instanceof Unreachable ? (
          <Trans>
            No answer from the server. It may already be booked; sending again is safe and books it only once.
          </Trans>
        ) : (
          <Trans>The server had a fault. What you entered is kept; sending again is safe and books it only once.</Trans>
        )}
      </Notice>
    );
  }
  if (state.step === "failed") {
    return (
      <Notice tone="needs">
        <Trans>
          The server did not accept the request. Nothing was changed. Reload the app, it may be out of date.
        </Trans>
      </Notice>
    );
  }
  if (state.step !== "answered") return null;
  const { outcome } = state;
  if (outcome.status === "WAITING") {
    return (
      <Notice tone="waits">
        <Trans>Kept, and waiting for a manager to accept it.</Trans>
      </Notice>
    );
  }
  if (outcome.status === "ACCEPTED") return null;
  const refused = outcome.records.filter((record) => record.code !== null);
  const told: Told[] = refused.length > 0 ? refused : [{ code: outcome.code, details: outcome.data }];
  const stale = told.some(({ code }) => code === "stale_version");
  return (
    <Notice
      tone="needs"
      action={
        stale && (
          <Button variant="default" onClick={onReload}>
            <Trans>Reload</Trans>
          </Button>
        )
      }
    >
      {[...new Set(told.map(words).map(({ sentence, facts }) => (facts ? `${sentence} (${facts})` : sentence)))].map(
        (text) => (
          <p key={text}>{text}</p>
        ),
      )}
    </Notice>
  );
}
