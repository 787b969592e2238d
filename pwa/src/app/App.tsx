import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import { session } from "../data/session";
import { useStore } from "../data/store";
import { Bare } from "./Bare";
import { Loading } from "./Loading";
import { Routes } from "./routes";
import { Shell } from "./Shell";
import { ServerUnreachable, Welcome } from "./Welcome";
import { MeProvider } from "./MeProvider";
import { theme, ThemeVariables } from "./theme";

export function App() {
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
        <Gate />
      </MantineProvider>
    </I18nProvider>
  );
}

function Gate() {
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
  return (
    <MeProvider>
      <Shell>
        <Routes />
      </Shell>
    </MeProvider>
  );
}
