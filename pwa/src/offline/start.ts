/** The offline layer of a page: loaded after the first paint, for as long as the app runs. */
import { opened } from "./device";
import { startLive } from "./live";
import { prune } from "./queue";
import { startSending } from "./sending";

export function startOffline() {
  startSending();
  startLive();
  void opened()
    .then(prune)
    .catch(() => undefined); // the next start will do
}
