import { Trans, useLingui } from "@lingui/react/macro";
import { StateChip } from "../../ui/StateChip";
import type { Job } from "./job";

/** What a list is called, by its name on the server. */
export function useListWords() {
  const { t } = useLingui();
  const words: Record<string, string> = {
    discrepancies: t`Discrepancies`,
    importRows: t`Rows of imports`,
    imports: t`Imports`,
    jobs: t`Jobs`,
    logEntries: t`Log`,
    partners: t`Partners`,
    photos: t`Photos`,
    products: t`Products`,
    purchaseOrders: t`Purchase orders`,
    reconciliations: t`Stock checks`,
    salesLines: t`Sales lines`,
    salesOrders: t`Sales orders`,
    stockDocuments: t`Stock documents`,
    stockLevels: t`Stock`,
    stockMoves: t`Stock moves`,
    stockTransfers: t`Transfers`,
    waitingCalls: t`For a manager`,
  };
  return (list: string) => words[list] ?? list;
}

/** What a job is about, as people say it. */
export function useJobWords() {
  const { t } = useLingui();
  const listOf = useListWords();
  const words: Record<string, string> = {
    export: t`Export`,
    import_read: t`Import: reading the file`,
    import_check: t`Import: trial run`,
    import_run: t`Import`,
    import_undo: t`Import: taking it back`,
    reconcile: t`Stock check`,
  };
  return {
    kindOf: ({ kind }: Pick<Job, "kind">) => words[kind] ?? t`Job`,
    aboutOf: ({ kind, label }: Pick<Job, "kind" | "label">) => (kind === "export" ? listOf(label) : label),
  };
}

export function JobState({ job }: { job: Pick<Job, "status" | "wanted"> }) {
  if (job.status === "RUNNING" && job.wanted === "CANCEL") {
    return (
      <StateChip tone="waits">
        <Trans>Being cancelled</Trans>
      </StateChip>
    );
  }
  if (job.status === "RUNNING" && job.wanted === "PAUSE") {
    return (
      <StateChip tone="waits">
        <Trans>Being paused</Trans>
      </StateChip>
    );
  }
  switch (job.status) {
    case "QUEUED":
      return (
        <StateChip tone="draft">
          <Trans>Queued</Trans>
        </StateChip>
      );
    case "RUNNING":
      return (
        <StateChip tone="open">
          <Trans>Running</Trans>
        </StateChip>
      );
    case "PAUSED":
      return (
        <StateChip tone="waits">
          <Trans>Paused</Trans>
        </StateChip>
      );
    case "DONE":
      return (
        <StateChip tone="done">
          <Trans>Done</Trans>
        </StateChip>
      );
    case "FAILED":
      return (
        <StateChip tone="needs">
          <Trans>Failed</Trans>
        </StateChip>
      );
    case "CANCELLED":
      return (
        <StateChip tone="off">
          <Trans context="job">Cancelled</Trans>
        </StateChip>
      );
    case "QUARANTINED":
      return (
        <StateChip tone="needs">
          <Trans>Set aside</Trans>
        </StateChip>
      );
    default:
      return null;
  }
}
