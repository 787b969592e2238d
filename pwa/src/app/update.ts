/**
 * New versions of the app. They are loaded beside the running one and take over when the person says so, never by
 * themselves. Only a version that the server says must not run any more is stopped.
 */
import { useEffect } from "react";
import { fetchJson } from "../data/http";
import { Store } from "../data/store";
import { scriptUrl } from "./trusted";

const LOOK_MS = 3_600_000;
/** iOS may not tell a home-screen app that the new version has taken over. */
const TAKEOVER_MS = 2000;

export type UpdateState = {
  /** A new version, loaded and waiting. */
  waiting: ServiceWorker | null;
  /** This version must not run any more. */
  required: boolean;
};

export const update = new Store<UpdateState>({ waiting: null, required: false });

/** Forms with something typed in them, which a reload would lose. */
export const dirty = new Store<number>(0);

/** While `is`, nobody is asked to update the app, and the browser asks before it reloads or leaves it. */
export function useDirty(is: boolean) {
  useEffect(() => {
    if (!is) return undefined;
    dirty.set(dirty.value + 1);
    addEventListener("beforeunload", askFirst);
    return () => {
      dirty.set(dirty.value - 1);
      if (dirty.value === 0) removeEventListener("beforeunload", askFirst);
    };
  }, [is]);
}

const askFirst = (event: BeforeUnloadEvent) => event.preventDefault();

/** The new version takes over, in every tab, and this one starts it. */
export function takeOver() {
  const { waiting } = update.value;
  if (waiting === null) return location.reload();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  setTimeout(() => location.reload(), TAKEOVER_MS);
  waiting.postMessage({ type: "SKIP_WAITING" });
}

function watch(registration: ServiceWorkerRegistration) {
  const offer = () => {
    // Without a controller it is the first one, which nobody waits for.
    if (registration.waiting && navigator.serviceWorker.controller) {
      update.set({ ...update.value, waiting: registration.waiting });
    }
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  offer();
}

const parts = (version: string) => version.split(".").map(Number);

/** Is this version older than that one? */
export function older(version: string, minimum: string): boolean {
  const [mine, least] = [parts(version), parts(minimum)];
  const at = least.findIndex((part, index) => part !== (mine[index] ?? 0));
  return at >= 0 && (mine[at] ?? 0) < (least[at] ?? 0);
}

async function lookForMinimum() {
  const { status, body } = await fetchJson("/version.json", {});
  const minimum = (body as { minimum?: unknown } | null)?.minimum;
  if (status === 200 && typeof minimum === "string") {
    update.set({ ...update.value, required: older(APP_VERSION, minimum) });
  }
}

/** For as long as the app runs. Another tab's takeover does not reload this one: it may hold something half typed. */
export async function startUpdates(): Promise<void> {
  const worker = import.meta.env.PROD ? navigator.serviceWorker : undefined;
  const registration = await worker?.register(scriptUrl("/sw.js"), { updateViaCache: "none" }).catch(() => undefined);
  if (registration) watch(registration);
  const look = () => {
    void lookForMinimum().catch(() => undefined); // asked again in an hour
    void registration?.update().catch(() => undefined);
  };
  look();
  setInterval(look, LOOK_MS);
}
