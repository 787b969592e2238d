import type { Pages } from "../data/usePages";

/** Rows that are all on this device, for a list that is read in pages. */
export const localPages = <Node>(rows: Node[]): Pages<Node> => ({
  nodes: rows,
  total: rows.length,
  forbidden: false,
  loading: false,
  more: undefined,
  reload: () => undefined,
});
