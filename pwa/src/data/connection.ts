import { Store } from "./store";

/** What the last real request told. `navigator.onLine` is not asked: it says "online" behind a dead router. */
export const connection = new Store<{ reachable: boolean; lastSuccess: number | null }>({
  reachable: true,
  lastSuccess: null,
});

export const reached = () => connection.set({ reachable: true, lastSuccess: Date.now() });
export const missed = () => connection.set({ ...connection.value, reachable: false });

/** Tells when a request, whichever, has come through after one that did not. */
export function onRecovery(tell: () => void): () => void {
  let before = connection.value.reachable;
  return connection.watch(() => {
    const { reachable } = connection.value;
    const recovered = reachable && !before;
    before = reachable;
    if (recovered) tell();
  });
}
