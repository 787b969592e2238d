/** What screens are told about the state of this device's rows. */
import { Store } from "../data/store";

/** Of the first download, or of one that replaces or widens what is here. `bytes` as they came over the air. */
export type Progress = { done: number; total: number; bytes: number };

export type RowsState = {
  /** Set while a download runs. */
  download: Progress | null;
  /** The server no longer speaks this version of the app: rows stay readable, and get older. */
  upgrade: boolean;
  /** What keeps rows from being brought up to date, besides the network. */
  problem: "storage_full" | "database_lost" | "server" | null;
};

export const rowsState = new Store<RowsState>({ download: null, upgrade: false, problem: null });

export const tell = (news: Partial<RowsState>) => rowsState.set({ ...rowsState.value, ...news });
