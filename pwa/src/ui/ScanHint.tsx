import { Trans } from "@lingui/react/macro";
import { ScanBarcode } from "lucide-react";
import styles from "./ScanHint.module.css";

export function ScanHint() {
  return (
    <p className={styles.hint}>
      <ScanBarcode size={18} aria-hidden />
      <Trans>Scanning adds one; the code of a case adds a case.</Trans>
    </p>
  );
}
