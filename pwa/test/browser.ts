import { vi } from "vitest";

/** What is stored are its own properties, as in a browser. */
export class MemoryStorage {
  readonly #stored = this as unknown as Record<string, string>;

  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? (this.#stored[key] ?? null) : null;
  }

  setItem(key: string, value: string) {
    this.#stored[key] = value;
  }

  removeItem(key: string) {
    delete this.#stored[key];
  }
}

/** The little of a browser that signing in touches. Locks, channels and crypto are Node's own. */
export function standInBrowser(path = "/") {
  vi.stubGlobal("localStorage", new MemoryStorage());
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
  const kept = new Map<string, string>();
  const place = new URL(path, "https://huotong.test");
  const visited: string[] = [];
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  vi.stubGlobal("location", {
    origin: place.origin,
    get pathname() {
      return place.pathname;
    },
    get search() {
      return place.search;
    },
    assign: (url: string) => void visited.push(url),
  });
  vi.stubGlobal("history", {
    replaceState: (_state: unknown, _title: string, url: string) => {
      const next = new URL(url, place);
      [place.pathname, place.search] = [next.pathname, next.search];
    },
  });
  return { visited, place, kept };
}

export type Sent = { path: string; headers: Headers; form: URLSearchParams; body: unknown };

/** Answers every request with the next answer; a thrown one is a connection that broke after the server had it. */
export function standInServer(answer: (sent: Sent) => Response | Promise<Response>) {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const text = String(init.body);
    const request = {
      path,
      headers: new Headers(init.headers),
      form: new URLSearchParams(init.body instanceof URLSearchParams ? init.body : ""),
      body: text.startsWith("{") ? JSON.parse(text) : null,
    };
    sent.push(request);
    return answer(request);
  });
  return sent;
}

export const token = (value: string, seconds = 600) => Response.json({ access_token: value, expires_in: seconds });
