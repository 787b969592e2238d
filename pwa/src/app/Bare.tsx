import { VisuallyHidden } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import styles from "./Bare.module.css";

/** A page outside the shell, for when nobody is signed in or nothing is known yet. */
export function Bare({ children }: { children: ReactNode }) {
  return (
    <main className={styles.bare}>
      <VisuallyHidden component="h1">
        <Trans>Huotong</Trans>
      </VisuallyHidden>
      {children}
    </main>
  );
}
