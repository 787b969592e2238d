import { Loader } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import styles from "./Bare.module.css";

export function Loading() {
  const { t } = useLingui();
  return (
    <div className={styles.loading} role="status" aria-label={t`Loading`}>
      <Loader />
    </div>
  );
}
