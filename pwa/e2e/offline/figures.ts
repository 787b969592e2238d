/** What a bench wants to know of a phone: one line of JSON for each figure, where HUOTONG_E2E_FIGURES says. */
import { appendFileSync } from "node:fs";
import { loadavg } from "node:os";
import type { CDPSession, Page } from "@playwright/test";

const FILE = process.env.HUOTONG_E2E_FIGURES;

/** Tests are large and measure, instead of being small and quick. */
export const measuring = FILE !== undefined;

type Figure = { bench: string; unit: string; values: readonly number[]; [more: string]: unknown };

/** Times are told and never asserted: `load` says how busy the machine was. */
export function tell({ bench, unit, values, ...more }: Figure) {
  if (FILE === undefined) return;
  const runs = values.map((value) => Number(value.toPrecision(4)));
  const load = Number((loadavg()[0] ?? 0).toFixed(1));
  const line = {
    bench,
    value: median(runs),
    unit,
    ...(runs.length > 1 && { runs }),
    ...more,
    load,
  };
  appendFileSync(FILE, `${JSON.stringify(line)}\n`);
}

export const at = (values: readonly number[], share: number): number =>
  values.toSorted((left, right) => left - right)[Math.floor((values.length - 1) * share)] ?? Number.NaN;

export const median = (values: readonly number[]) => at(values, 0.5);

/** Of the page and of its workers together, in MB: what scripts hold after a collection. */
export async function heapOf(page: Page): Promise<number> {
  const tools = await page.context().newCDPSession(page);
  const workers = new Map<string, string>();
  tools.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => workers.set(sessionId, targetInfo.type));
  await tools.send("Target.setAutoAttach", {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  await tools.send("HeapProfiler.collectGarbage");
  let bytes = (await tools.send("Runtime.getHeapUsage")).usedSize;
  for (const [session, type] of workers) {
    if (type !== "worker") continue;
    await inTarget(tools, session, "HeapProfiler.collectGarbage");
    bytes += ((await inTarget(tools, session, "Runtime.getHeapUsage")) as { usedSize: number }).usedSize;
  }
  await tools.detach();
  return bytes / 1e6;
}

let asked = 0;

function inTarget(tools: CDPSession, sessionId: string, method: string): Promise<unknown> {
  const id = ++asked;
  return new Promise((next, fail) => {
    const hear = ({ message }: { message: string }) => {
      const answer = JSON.parse(message) as { id?: number; result?: unknown };
      if (answer.id !== id) return;
      tools.off("Target.receivedMessageFromTarget", hear);
      next(answer.result);
    };
    tools.on("Target.receivedMessageFromTarget", hear);
    tools.send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id, method }) }).catch(fail);
  });
}
