import { Trans } from "@lingui/react/macro";
import { useLingui as useI18n } from "@lingui/react";
import { useState } from "react";
import { graphql, type ResultOf } from "../../data/graphql";
import { useQuery } from "../../data/useQuery";
import { Dialog } from "../../ui/Dialog";
import { Forbidden, LoadingRows, ProblemState } from "../../ui/states";
import { useListWords } from "../jobs/words";
import { ExportForm } from "./ExportForm";
import { ExportProgress } from "./ExportProgress";
import type { Wanted } from "./wanted";

const COLUMNS = graphql(`
  query ExportColumns($list: String!, $language: ExportListLanguage!) {
    exportColumns(list: $list, language: $language) {
      key
      heading
      chosen
    }
  }
`);

export type Columns = ResultOf<typeof COLUMNS>["exportColumns"];

type ExportDialogProps = { opened: boolean; wanted: Wanted; onClose: () => void; onClosed: () => void };

/** Which columns, in which format; then how far it is, and the file. Closing it stops nothing. */
export default function ExportDialog({ opened, wanted, onClose, onClosed }: ExportDialogProps) {
  const { i18n } = useI18n();
  const language = i18n.locale === "en" ? "EN" : "ZH";
  const { data, error, reload } = useQuery(COLUMNS, { list: wanted.list, language });
  const [jobId, setJobId] = useState<string>();
  const columns = data?.exportColumns;
  const list = useListWords()(wanted.list);
  return (
    <Dialog title={<Trans>Export: {list}</Trans>} {...{ opened, onClose, onClosed }} wide>
      {jobId !== undefined ? (
        <ExportProgress jobId={jobId} onClose={onClose} onAnew={() => setJobId(undefined)} />
      ) : columns ? (
        columns.length > 0 ? (
          <ExportForm wanted={wanted} columns={columns} language={language} onBegun={setJobId} />
        ) : (
          <Forbidden />
        )
      ) : error ? (
        <ProblemState error={error} onRetry={() => void reload()} />
      ) : (
        <LoadingRows rows={6} />
      )}
    </Dialog>
  );
}
