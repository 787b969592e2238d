import { device } from "../../offline/device";
import { exportQueue } from "../../offline/queue";

/** The queue as a readable file in the hands of whoever made it: the last way out for what a device cannot send. */
export async function saveQueue(): Promise<void> {
  if (device.value.status !== "open") return;
  const file = await exportQueue(device.value.db);
  const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `huotong-queue-${file.exportedAt.slice(0, 10)}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
