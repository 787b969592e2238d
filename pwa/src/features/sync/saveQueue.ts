import { saveBlob } from "../../data/download";
import { device } from "../../offline/device";
import { exportQueue } from "../../offline/queue";

/** The queue as a readable file in the hands of whoever made it: the last way out for what a device cannot send. */
export async function saveQueue(): Promise<void> {
  if (device.value.status !== "open") return;
  const file = await exportQueue(device.value.db);
  const blob = new Blob([JSON.stringify(file, null, 2)], { type: "application/json" });
  saveBlob(blob, `huotong-queue-${file.exportedAt.slice(0, 10)}.json`);
}
