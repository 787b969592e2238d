import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";
import { session } from "../data/session";
import { useStore } from "../data/store";
import { Bare } from "./Bare";
import { Loading } from "./Loading";
import { ServerUnreachable, Welcome } from "./Welcome";
import { theme, ThemeVariables } from "./theme";

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
  const { status } = useStore(session);
  if (status === "starting") {
    return (
      <Bare>
        <Loading />
      </Bare>
    );
  }
  if (status === "unreachable") return <ServerUnreachable />;
  if (status === "signed-out") return <Welcome />;
  return children;
}
