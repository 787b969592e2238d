/**
 * A bad network on demand: an HTTP proxy that stands between the browser and the server, and a second port by which a
 * test says what goes wrong. It sits outside of the browser because a service worker's requests pass by Playwright's
 * routes, and because only a real socket can be half open.
 */
import { Agent, type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/**
 * `path`: a regular expression over path and query; `says`: what the request's body has to contain. The first `skip` matches
 * pass, then `times` of them fail.
 */
export type Fault = { path: string; method?: string; says?: string; skip?: number; times?: number } & (
  | { do: "refuse" } // the connection breaks before the server has the request
  | { do: "lose" } // the server has answered, and nothing of that arrives
  | { do: "hang" } // half open: taken, never passed on, never answered
  | { do: "hold" } // half open the other way: the server has answered, and the answer is under way for ever
  | { do: "cut"; after: number } // the body breaks off after so many bytes
  | { do: "delay"; ms: number }
  | { do: "answer"; status: number; type: string; body: string; headers?: Record<string, string> }
);

/**
 * A request that came to the proxy. `answered`: what the server said, null where it was not asked or not heard.
 * `bytes`: of the answer's body, as they went over the wire.
 */
export type Seen = { n: number; method: string; path: string; answered: number | null; bytes: number; body: string };

type Rule = Fault & { met: number };
const KEPT_BODY = 300_000; // a push is at most 256 KB

/** Runs until `close`. `port` 0: any free one. */
export async function startFaults(server: () => string, port = 0) {
  let down = false;
  let rules: Rule[] = [];
  const seen: Seen[] = [];
  const open = new Set<Socket>();
  const upstream = new Agent({ keepAlive: false });

  function faultFor({ method, path, body }: Seen): Fault | undefined {
    for (const rule of rules) {
      if ((rule.method ?? method) !== method || !new RegExp(rule.path).test(path)) continue;
      if (rule.says !== undefined && !body.includes(rule.says)) continue;
      const place = rule.met++ - (rule.skip ?? 0);
      if (place >= 0 && place < (rule.times ?? Number.POSITIVE_INFINITY)) return rule;
    }
    return undefined;
  }

  function pass(asked: IncomingMessage, answer: ServerResponse, note: Seen, fault: Fault | undefined) {
    const forward: ClientRequest = request(
      new URL(note.path, server()),
      { method: note.method, headers: { ...asked.headers, connection: "close" }, agent: upstream },
      (got) => {
        note.answered = got.statusCode ?? null;
        got.on("data", (part: Buffer) => (note.bytes += part.length));
        if (fault?.do === "lose" || fault?.do === "hold") {
          got.resume();
          return got.once("end", () => fault.do === "lose" && answer.destroy());
        }
        // One request a connection: a browser quietly repeats what broke on a connection that it had used before.
        answer.writeHead(got.statusCode ?? 502, { ...got.headers, connection: "close" });
        answer.flushHeaders();
        if (fault?.do !== "cut") return got.pipe(answer);
        let left = fault.after;
        if (left === 0) return answer.destroy();
        got.on("data", (bytes: Buffer) => {
          const part = bytes.subarray(0, left);
          left -= part.length;
          answer.write(part, () => left === 0 && answer.destroy());
        });
        return got.once("end", () => answer.end());
      },
    );
    forward.once("error", () => answer.destroy());
    // Whoever hangs up is not listened for; what was to be lost is still to be done.
    answer.once("close", () => fault?.do !== "lose" && fault?.do !== "hold" && forward.destroy());
    forward.end(note.body === "" ? undefined : Buffer.from(note.body, "latin1"));
  }

  const proxy = createServer((asked, answer) => {
    const note: Seen = {
      n: seen.length,
      method: asked.method ?? "GET",
      path: asked.url ?? "/",
      answered: null,
      bytes: 0,
      body: "",
    };
    seen.push(note);
    const chunks: Buffer[] = [];
    asked.on("data", (bytes: Buffer) => chunks.push(bytes));
    asked.once("end", () => {
      note.body = Buffer.concat(chunks).toString("latin1"); // keeps each byte
      const fault = faultFor(note);
      if (fault?.do === "refuse") answer.destroy();
      else if (fault?.do === "answer") {
        answer.writeHead(fault.status, { "content-type": fault.type, connection: "close", ...fault.headers });
        answer.end(fault.body);
      } else if (fault?.do === "delay") {
        const late = setTimeout(() => pass(asked, answer, note, fault), fault.ms);
        answer.once("close", () => clearTimeout(late));
      } else if (fault?.do !== "hang") pass(asked, answer, note, fault);
    });
    asked.once("error", () => answer.destroy());
  });
  proxy.on("connection", (socket) => {
    if (down) return socket.destroy();
    open.add(socket);
    return socket.once("close", () => open.delete(socket));
  });

  const control = createServer((asked, answer) => {
    let text = "";
    asked.on("data", (part) => (text += String(part)));
    asked.once("end", () => {
      const orders = text === "" ? {} : (JSON.parse(text) as { down?: boolean; faults?: Fault[] });
      if (orders.faults) rules = orders.faults.map((fault) => ({ ...fault, met: 0 }));
      if (orders.down !== undefined) down = orders.down;
      if (down) for (const socket of open) socket.destroy();
      answer.setHeader("content-type", "application/json");
      const from = Number(new URL(asked.url ?? "/", "http://control").searchParams.get("from") ?? 0);
      const wanted = asked.method === "GET" ? seen.slice(from).map(readable) : { seen: seen.length };
      answer.end(JSON.stringify(wanted));
    });
  });

  const url = await listening(proxy, port);
  const controlUrl = await listening(control, 0);
  return {
    url,
    control: controlUrl,
    close() {
      for (const each of [proxy, control]) {
        each.close();
        each.closeAllConnections();
      }
    },
  };
}

const readable = (note: Seen): Seen => ({
  ...note,
  body: note.body.length > KEPT_BODY ? "" : Buffer.from(note.body, "latin1").toString("utf8"),
});

async function listening(server: ReturnType<typeof createServer>, port: number): Promise<string> {
  await new Promise<void>((next, fail) => server.once("error", fail).listen(port, "127.0.0.1", next));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a test says to the proxy; it runs in another process. */
export class Network {
  readonly #control: string;
  readonly #back: () => Promise<unknown>;
  #from = 0;

  /** `back`: tells the browser, as its system would, that there is a network again. */
  constructor(control: string, back: () => Promise<unknown> = async () => undefined) {
    this.#control = control;
    this.#back = back;
  }

  async #order(orders: { down?: boolean; faults?: Fault[] }) {
    const answer = await fetch(this.#control, { method: "POST", body: JSON.stringify(orders) });
    return ((await answer.json()) as { seen: number }).seen;
  }

  /** Every connection breaks, those that are open too. */
  async down() {
    await this.#order({ down: true });
  }

  async up() {
    await this.#order({ down: false });
    await this.#back();
  }

  /** From now on these, instead of what was said before. */
  async faults(...faults: Fault[]) {
    await this.#order({ faults });
  }

  /** Up and well, and what was seen until now is of no interest any more. */
  async reset() {
    this.#from = await this.#order({ down: false, faults: [] });
  }

  /** The requests since `reset` whose path and query match. */
  async seen(path: RegExp): Promise<Seen[]> {
    const answer = await fetch(`${this.#control}/?from=${this.#from}`);
    return ((await answer.json()) as Seen[]).filter((one) => path.test(one.path));
  }
}

/** A wireless network that wants a click on its own page first, and answers everything itself until then. */
export const portal = (how: "page" | "redirect"): Fault =>
  how === "page"
    ? { path: "", do: "answer", status: 200, type: "text/html", body: "<h1>Welcome to Free Wi-Fi</h1>" }
    : {
        path: "",
        do: "answer",
        status: 302,
        type: "text/html",
        body: "",
        headers: { location: "http://wifi.invalid/" },
      };
