import { Trans } from "@lingui/react/macro";
import { DownloadButton } from "../jobs/DownloadButton";
import type { Import } from "./import";
import styles from "./imports.module.css";

/** The rows that somebody has to look at as a file that can be put right and uploaded. */
export function Report({ about: { reportId, fileName } }: { about: Import }) {
  if (reportId === null) return null;
  return (
    <div className={styles.report}>
      <p className={styles.note}>
        <Trans>
          The report is an Excel file of these rows alone, with the reason beside each. Put them right there and upload
          it: nothing comes in twice.
        </Trans>
      </p>
      <DownloadButton fileId={reportId} name={`${fileName.replace(/\.[^.]*$/, "")}.report.xlsx`} />
    </div>
  );
}
