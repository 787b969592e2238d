/** The page at /graphql of a demo: GraphiQL behind the app's own sign-in. */
import "../app/mantine.css";
import "../app/base.css";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Bare } from "../app/Bare";
import { Frame } from "../app/Frame";
import { Loading } from "../app/Loading";
import { Welcome } from "../app/Welcome";
import { session, start } from "../data/session";
import { useStore } from "../data/store";
import { startLanguage } from "../i18n/language";

const Explorer = lazy(() => import("./Explorer"));

function Page() {
  const { status } = useStore(session);
  if (status === "expired") return <Welcome />; // GraphiQL keeps what was typed in localStorage
  return (
    <Suspense
      fallback={
        <Bare>
          <Loading />
        </Bare>
      }
    >
      <Explorer />
    </Suspense>
  );
}

void start();

const root = document.getElementById("root");
const show = () =>
  root &&
  createRoot(root).render(
    <StrictMode>
      <Frame>
        <Page />
      </Frame>
    </StrictMode>,
  );
void startLanguage().then(show);
