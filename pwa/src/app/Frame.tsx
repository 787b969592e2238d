import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import { lazy, type ReactNode, Suspense } from "react";
import { session } from "../data/session";
import { useStore } from "../data/store";
import { Bare } from "./Bare";
import { Loading } from "./Loading";
import { ServerUnreachable, Welcome } from "./Welcome";
import { theme, ThemeVariables } from "./theme";
import { update } from "./update";

const Revoked = lazy(async () => ({ default: (await import("./Closed")).Revoked }));
const UpdateRequired = lazy(async () => ({ default: (await import("./Closed")).UpdateRequired }));

/** What every page of ours stands in: language, theme, and somebody who is signed in. */
export function Frame({ children }: { children: ReactNode }) {
  return (
    <I18nProvider i18n={i18n}>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        withCssVariables={false}
        withGlobalClasses={false}
        deduplicateInlineStyles
      >
        <ThemeVariables />
        <Gate>{children}</Gate>
      </MantineProvider>
    </I18nProvider>
  );
}

function Gate({ children }: { children: ReactNode }) {
  const state = useStore(session);
  const { required } = useStore(update);
  const waiting = (
    <Bare>
      <Loading />
    </Bare>
  );
  if (required || state.status === "revoked") {
    return (
      <Suspense fallback={waiting}>
        {state.status === "revoked" ? <Revoked person={state.person} /> : <UpdateRequired />}
      </Suspense>
    );
  }
  if (state.status === "starting") return waiting;
  if (state.status === "unreachable") return <ServerUnreachable />;
  if (state.status === "signed-out") return <Welcome />;
  return children;
}
