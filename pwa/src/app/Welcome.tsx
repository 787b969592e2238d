import { Button } from "@mantine/core";
import { useLingui as useI18n } from "@lingui/react";
import { Trans } from "@lingui/react/macro";
import { LogIn } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { session, signIn, start } from "../data/session";
import { useStore } from "../data/store";
import { Unreachable } from "../data/errors";
import { Notice } from "../ui/Notice";
import { ProblemState } from "../ui/states";
import { Bare } from "./Bare";
import { LanguageSwitch } from "./LanguageSwitch";
import styles from "./Welcome.module.css";

const Waiting = lazy(() => import("./Waiting"));

export function Welcome() {
  const state = useStore(session);
  const { i18n } = useI18n();
  const [leaving, setLeaving] = useState(false);
  const problem = state.status === "signed-out" ? state.problem : undefined;
  const go = () => {
    setLeaving(true);
    void signIn(location.pathname + location.search, i18n.locale);
  };
  return (
    <main className={styles.welcome}>
      <div className={styles.card}>
        <img src="/icon.svg" alt="" width={56} height={56} />
        <h1>
          <Trans>Huotong</Trans>
        </h1>
        <p className={styles.text}>
          <Trans>Purchase, sales and stock, in the office and in the warehouse.</Trans>
        </p>
        {problem !== undefined && (
          <Notice tone="needs">
            {problem === "device_revoked" ? (
              <Trans>
                This device was signed out by your company, and nothing of it is left here. What had not been sent is
                with your manager.
              </Trans>
            ) : problem === "access_denied" ? (
              <Trans>You left the sign-in page without signing in.</Trans>
            ) : (
              <Trans>The sign-in was not finished ({problem}). Please sign in again.</Trans>
            )}
          </Notice>
        )}
        <Button fullWidth h={56} loading={leaving} leftSection={<LogIn size={20} aria-hidden />} onClick={go}>
          <Trans>Sign in</Trans>
        </Button>
        <Suspense>
          <Waiting />
        </Suspense>
        <LanguageSwitch />
      </div>
    </main>
  );
}

export function ServerUnreachable() {
  return (
    <Bare>
      <ProblemState error={new Unreachable()} onRetry={() => void start()} />
    </Bare>
  );
}
