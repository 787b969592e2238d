/** The event by which the browser has the queue sent while no page is open (src/sw.ts). */
export const SYNC_TAG = "huotong-push";
