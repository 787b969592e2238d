import type { Pages } from "../data/usePages";

/** Rows that are all on this device, for a list that is read in pages. `undefined`: still being opened. */
export const localPages = <Node>(rows: Node[] | undefined): Pages<Node> => ({
  nodes: rows ?? [],
  total: rows?.length,
  forbidden: false,
  loading: rows === undefined,
  more: undefined,
  reload: () => undefined,
});
