/** How scanning behaves on this device. Not of the person: gloves, noise and scanner belong to the device. */
import { Store } from "../data/store";

export type ScanSettings = {
  sound: boolean;
  vibration: boolean;
  /** A scanner is built in and writes into the field with the focus. */
  builtIn: boolean;
  /** What the shop's scale writes into labels of 13 digits. */
  scale: "weight" | "amount";
  camera: string | null;
};

const KEPT = "huotong.scan";
const FIRST: ScanSettings = { sound: true, vibration: true, builtIn: false, scale: "weight", camera: null };

function kept(): ScanSettings {
  try {
    return { ...FIRST, ...(JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<ScanSettings>) };
  } catch {
    return FIRST;
  }
}

export const scanSettings = new Store<ScanSettings>(kept());

export function setScan(change: Partial<ScanSettings>) {
  const next = { ...scanSettings.value, ...change };
  localStorage.setItem(KEPT, JSON.stringify(next));
  scanSettings.set(next);
}
