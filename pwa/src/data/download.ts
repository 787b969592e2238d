import { authorized } from "./authorized";
import { Failed, Unreachable } from "./errors";

/** Hands a blob to the person as a file. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** A file of the company, in the name of whoever is signed in. Throws Unreachable, SignedOut, or Failed (404: it is gone). */
export async function download(fileId: string, name: string): Promise<void> {
  const { status, blob } = await authorized(async (token) => {
    try {
      const response = await fetch(`/downloads/${fileId}`, {
        headers: { Authorization: `Bearer ${token}` },
        cache: "no-store",
        redirect: "error",
      });
      if ([429, 502, 503, 504].includes(response.status)) throw new Unreachable(`HTTP ${response.status}`);
      return { status: response.status, blob: response.ok ? await response.blob() : null };
    } catch (error) {
      throw error instanceof Unreachable ? error : new Unreachable(String(error));
    }
  });
  if (blob === null) throw new Failed(status);
  saveBlob(blob, name);
}
