import "./app/mantine.css";
import "./app/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { preload } from "./app/routes";
import { startUpdates } from "./app/update";
import { lastProfile } from "./data/profile";
import { start } from "./data/session";
import { startLanguage } from "./i18n/language";
import { openFor } from "./offline/device";

const language = startLanguage();
void start();

// Rows are opened while the first screen is made, which is what a slow phone needs the same time for.
const last = lastProfile();
if (last) openFor(last.companyId, last.id).catch(() => undefined); // the screen says so

/** For the code of the page that is asked for, which a device that was used before has at hand. */
const PATIENCE_MS = 300;

const show = () => {
  const root = document.getElementById("root");
  if (root === null) return;
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
};

const page = last ? preload(location.pathname) : undefined;
const patience = new Promise((next) => setTimeout(next, PATIENCE_MS));
void Promise.all([language, page && Promise.race([page, patience]).catch(() => undefined)]).then(show);

const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200)); // Safari has none

// After the first paint: nothing on the first screen waits for it.
idle(() => {
  void import("./offline/start").then(({ startOffline }) => startOffline());
  void startUpdates();
});
