import "./app/mantine.css";
import "./app/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startUpdates } from "./app/update";
import { lastProfile } from "./data/profile";
import { start } from "./data/session";
import { startLanguage } from "./i18n/language";
import { openFor } from "./offline/device";

startLanguage();
void start();

// Rows are opened while the first screen is made, which is what a slow phone needs the same time for.
const last = lastProfile();
if (last) openFor(last.companyId, last.id).catch(() => undefined); // the screen says so

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200)); // Safari has none

// After the first paint: nothing on the first screen waits for it.
idle(() => {
  void import("./offline/start").then(({ startOffline }) => startOffline());
  void startUpdates();
});
