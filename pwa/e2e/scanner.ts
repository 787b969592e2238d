/** A hand scanner: keys with times of their own, so that it is as fast on a machine that is busy. */
import type { Page } from "@playwright/test";

const BETWEEN_S = 0.006;

export async function scanner(page: Page, code: string): Promise<void> {
  const wire = await page.context().newCDPSession(page);
  const began = Date.now() / 1000;
  const keys = [...code].map((text) => ({ key: text, text }));
  const sent = [...keys, { key: "Enter", code: "Enter", text: "\r", windowsVirtualKeyCode: 13 }].flatMap((key, n) => {
    const timestamp = began + n * BETWEEN_S;
    return [
      wire.send("Input.dispatchKeyEvent", { type: "keyDown", ...key, timestamp }),
      wire.send("Input.dispatchKeyEvent", { type: "keyUp", key: key.key, timestamp: timestamp + BETWEEN_S / 2 }),
    ];
  });
  await Promise.all(sent);
  await wire.detach();
}
