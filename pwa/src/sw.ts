/**
 * The service worker: the app's own files from this device, and the queue sent while no page is open. Answers of the
 * server are never kept here: rows belong into the person's own database, tokens nowhere.
 */
import { clientsClaim } from "workbox-core";
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { refresh } from "./data/token";
import { courierOf, personOf } from "./offline/courier";
import { Database } from "./offline/db";
import { Pusher } from "./offline/push";
import { SYNC_TAG } from "./offline/tag";

type Waitable = Event & { waitUntil(work: Promise<unknown>): void };

/** TypeScript's types of service workers and of pages contradict each other in one program; this is what we use. */
declare const self: {
  __WB_MANIFEST: [];
  skipWaiting(): Promise<void>;
  addEventListener(type: "message", hear: (event: MessageEvent<unknown>) => void): void;
  addEventListener(type: "sync", hear: (event: Waitable & { tag: string }) => void): void;
};

precacheAndRoute(self.__WB_MANIFEST); // oxlint-disable-line no-underscore-dangle -- what the build looks for
cleanupOutdatedCaches();
clientsClaim();

/** Paths that are no pages of the app. */
const SERVER = /^\/(\.well-known|assets|downloads|graphql|healthz|metrics|oauth|readyz|sync|uploads|webhooks)(\/|$)/;

registerRoute(new NavigationRoute(createHandlerBoundToURL("/"), { denylist: [SERVER, /\.\w+$/] }));

self.addEventListener("message", ({ data }) => {
  if ((data as { type?: unknown } | null)?.type === "SKIP_WAITING") void self.skipWaiting();
});

self.addEventListener("sync", (event) => {
  if (event.tag === SYNC_TAG) event.waitUntil(pushQueue());
});

const tokenOf = () => refresh((answer) => answer.access_token);

/** The queue of whoever the cookie belongs to. Rejects where it has to be tried again: the browser does. */
async function pushQueue(): Promise<void> {
  const token = await tokenOf();
  const person = personOf(token);
  if (person === null) return;
  const db = new Database(person.companyId, person.userId);
  if (!(await Database.exists(db.name))) return;
  await db.ready();
  try {
    const courier = courierOf(person, { accessToken: async () => token, tokenInsteadOf: tokenOf });
    const { end } = await new Pusher(db, courier).flush();
    if (end === "unreachable" || end === "busy") throw new Error(end);
  } finally {
    db.shut();
  }
}
