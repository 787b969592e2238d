import { authorized } from "../../data/authorized";
import { Failed, Unreachable } from "../../data/errors";

export const LARGEST = 50 * 1024 * 1024; // what the server takes

export const READABLE = ".xlsx,.xls,.xlsm,.csv,.tsv,.txt";

type Told = (sent: number, total: number) => void;

/**
 * Sends a file and returns its id. By XMLHttpRequest, since fetch does not tell how far it is. Throws Unreachable,
 * SignedOut, Failed (413: too large), and what `signal` was aborted with.
 */
export async function upload(file: Blob, name: string, told: Told, signal: AbortSignal): Promise<string> {
  const { status, id } = await authorized((token) => send(file, name, token, told, signal));
  if (status !== 201 || id === null) throw new Failed(status);
  return id;
}

function send(file: Blob, name: string, token: string, told: Told, signal: AbortSignal) {
  return new Promise<{ status: number; id: string | null }>((answer, fail) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open("POST", `/uploads?name=${encodeURIComponent(name)}`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded }) => told(Math.min(loaded, file.size), file.size));
    request.addEventListener("abort", () => fail(signal.reason as Error));
    request.addEventListener("error", () => fail(new Unreachable("upload")));
    request.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
    request.addEventListener("load", () => {
      const { status } = request;
      if ([429, 502, 503, 504].includes(status)) fail(new Unreachable(`HTTP ${status}`));
      else answer({ status, id: (request.response as { id?: string } | null)?.id ?? null });
    });
    signal.addEventListener("abort", stop);
    request.send(file);
  });
}
