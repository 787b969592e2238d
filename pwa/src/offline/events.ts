/** The server's word that something has changed, as it happens. What has changed, a pull says. */
import { Unreachable } from "../data/errors";
import type { Person } from "../data/profile";
import { open } from "./door";

const SILENT_MS = 40_000; // the server says something every 15 seconds

/**
 * Reads one connection to its end. `heard` is told once it stands, for what was missed before, and at each news.
 * Returns when the server ends it, as it does with each token; throws Unreachable when it breaks or falls silent.
 */
export async function listen(person: Person, heard: () => void, signal: AbortSignal): Promise<void> {
  const silence = new AbortController();
  const stop = AbortSignal.any([signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), SILENT_MS);
  try {
    const response = await open(person, "/sync/events", "text/event-stream", stop);
    heard();
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENT_MS);
      const lines = (rest + part.value).split("\n");
      rest = lines.pop() ?? "";
      if (lines.some((line) => line.startsWith("data:"))) heard();
    }
  } catch (error) {
    if (signal.aborted || error instanceof Unreachable || !isLoss(error)) throw error;
    throw new Unreachable(silence.signal.aborted ? "the server fell silent" : String(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** What fetch and streams throw when a connection breaks, or when we break it. */
const isLoss = (error: unknown) =>
  error instanceof TypeError || (error instanceof DOMException && error.name === "AbortError");
