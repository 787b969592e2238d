import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { vi } from "vitest";
import type { PartKey } from "../../src/offline/keys";
import type { Bucket, CommandRow, Id, Part } from "../../src/offline/types";

export const COMPANY = "0198a000-0000-7000-8000-000000000001";
export const USER = "0198a000-0000-7000-8000-000000000002";

type Row = { id: Id; [name: string]: unknown };
type Entry = { key: PartKey; id: Id; row: Row | null; seq: number };
type PullBody = { schemaVersion: number; cursor: string; holds: PartKey[]; unsent: number; limit: number };

/** What becomes of the next request to the sync door. */
export type Fault = "none" | "request lost" | "answer lost" | "overloaded" | "portal" | "unauthorized";

const PRODUCTS: PartKey = "product@common";
/** What a row of these parts says of a product; snapshots leave out what is null. */
const VALUES: Partial<Record<Part, string>> = {
  product_price: "price",
  product_cost: "referenceCost",
  stock: "levels",
};

const CHUNKS = 4;
/** A packed chunk is handed out again while it lacks no more than so many changes, and cursors make up for it. */
const BEHIND = 5;

/** The server's end of the wire format, kept in memory: the latest row of each entity and bucket, numbered. */
export class SyncServer {
  seq = 0;
  schemaVersion = 1;
  page = 1000;
  chunks = CHUNKS;
  readonly visible = new Set<PartKey>();
  permissions: string[] = ["product.read"];
  /** Who is signed in, as a token says it. */
  person = { tenant: COMPANY, sub: USER };
  readonly faults: Fault[] = [];
  readonly asked: string[] = [];
  readonly pulls: PullBody[] = [];
  readonly listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  /** Called before a request is answered. */
  before: (path: string) => void | Promise<void> = () => undefined;
  /** Cursors before this one are too old. */
  floor = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #packed = new Map<string, { seq: number; text: string }>();
  #tokens = 0;

  constructor() {
    vi.stubGlobal("fetch", (path: string, init?: RequestInit) => this.#fetch(path, init));
  }

  put(key: PartKey, row: Row) {
    this.#entries.set(`${key}/${row.id}`, { key, id: row.id, row, seq: ++this.seq });
  }

  remove(key: PartKey, id: Id) {
    const entry = this.#entries.get(`${key}/${id}`);
    if (entry) Object.assign(entry, { row: null, seq: ++this.seq });
  }

  /** A long time passes: no cursor of before is good any more, and nobody knows what was deleted. */
  forget() {
    this.seq += BEHIND + 1;
    this.floor = this.#safe;
    for (const [name, { row }] of this.#entries) if (row === null) this.#entries.delete(name);
  }

  answer(user: Id, row: CommandRow) {
    this.put(`command@u:${user}`, row);
  }

  /** What somebody with these rights may see of a part, over all its buckets. */
  rows(part: Part): Row[] {
    const seen = [...this.#entries.values()].filter(
      ({ key, row }) => row && this.visible.has(key) && key.startsWith(`${part}@`),
    );
    return [...new Map(seen.map(({ id, row }) => [id, row as Row])).values()];
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    init.signal?.throwIfAborted();
    if (path === "/oauth/token") return Response.json({ access_token: this.#token(), expires_in: 600 });
    this.asked.push(path);
    await this.before(path);
    if (path === "/sync/events") return this.#events(init.signal);
    const fault = this.faults.shift();
    if (fault === "request lost") throw new TypeError("network");
    if (fault === "overloaded") return new Response("busy", { status: 503 });
    if (fault === "portal") return new Response("<html>", { headers: { "content-type": "text/html" } });
    if (fault === "unauthorized") return Response.json({ error: "invalid_token" }, { status: 401 });
    const answer = this.#answer(path, init);
    if (fault === "answer lost") throw new TypeError("network");
    return answer;
  }

  #token(): string {
    const claims = { ...this.person, n: ++this.#tokens };
    return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;
  }

  #answer(path: string, init: RequestInit): Response {
    if (path === "/sync/snapshot") return Response.json(this.#manifest());
    if (path === "/sync/pull") return this.#pull(JSON.parse(String(init.body)) as PullBody);
    const [, part, bucket, chunk, query] = /^\/sync\/snapshot\/(\w+)\/([\w:-]+)\/(\d+)(\?aligned=1)?$/.exec(path) ?? [];
    const key = `${part}@${bucket}` as PartKey;
    if (!this.visible.has(key)) return Response.json({ error: "not_found" }, { status: 404 });
    const value = this.visible.has(PRODUCTS) ? VALUES[part as Part] : undefined;
    return this.#chunk(key, Number(chunk), query ? value : undefined);
  }

  #split(key: PartKey) {
    const at = key.indexOf("@");
    return { part: key.slice(0, at) as Part, bucket: key.slice(at + 1) as Bucket };
  }

  get #safe() {
    return Math.max(this.seq - BEHIND, 0);
  }

  /** To everybody who listens. */
  say(text: string) {
    for (const listener of this.listeners) listener.enqueue(new TextEncoder().encode(text));
  }

  #events(signal: AbortSignal | null | undefined): Response {
    const stream = new ReadableStream<Uint8Array>({
      start: (listener) => {
        this.listeners.add(listener);
        signal?.addEventListener("abort", () => {
          this.listeners.delete(listener);
          listener.error(signal.reason);
        });
      },
    });
    this.say(": here\n\n");
    return new Response(stream, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
  }

  #manifest() {
    const parts = [...this.visible].map((key) => ({ ...this.#split(key), chunks: this.chunks }));
    return { schemaVersion: this.schemaVersion, cursor: `c${this.#safe}`, parts, permissions: this.permissions };
  }

  #chunk(key: PartKey, chunk: number, value: string | undefined): Response {
    const name = `${key}/${chunk}/${this.chunks}/${value}`;
    const known = this.#packed.get(name);
    const fresh = () => ({ seq: this.seq, text: this.#pack(key, chunk, value) });
    const packed = known && this.seq - known.seq <= BEHIND ? known : fresh();
    this.#packed.set(name, packed);
    // As it is once the browser has taken `Content-Encoding: gzip` off; the length is that of what came.
    const headers = { "content-type": "application/x-ndjson", "content-length": String(gzipSync(packed.text).length) };
    return new Response(packed.text, { headers });
  }

  #pack(key: PartKey, chunk: number, value: string | undefined): string {
    const head = { ...this.#split(key), chunk, chunks: this.chunks, seq: this.seq, schemaVersion: this.schemaVersion };
    const lines: unknown[] = [head];
    for (let n = chunk; n < 128; n += this.chunks) {
      const rows = this.#hashed(key, n).filter((row) => row[VALUES[key.split("@")[0] as Part] ?? "id"] !== null);
      if (value === undefined) {
        if (rows.length > 0) lines.push({ n, rows });
        continue;
      }
      const said = new Map(rows.map((row) => [row.id, row[value]]));
      const ids = this.#hashed(PRODUCTS, n).map(({ id }) => id);
      const products = createHash("sha256").update(ids.join("")).digest("hex").slice(0, 16);
      lines.push({ n, products, values: ids.map((id) => said.get(id) ?? null) });
    }
    return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  }

  /** What is there of a hash bucket, in order of ids. */
  #hashed(key: PartKey, n: number): Row[] {
    return [...this.#entries.values()]
      .flatMap((one) => (one.key === key && one.row ? [one.row] : []))
      .filter(({ id }) => (Number.parseInt(id.slice(-2), 16) & 127) === n)
      .toSorted((left, right) => (left.id < right.id ? -1 : 1));
  }

  #pull(asked: PullBody): Response {
    this.pulls.push(asked);
    if (asked.schemaVersion !== this.schemaVersion) {
      return Response.json({ error: "upgrade_required" }, { status: 400 });
    }
    const from = Number(asked.cursor.slice(1));
    const holds = new Set(asked.holds);
    const common = { schemaVersion: this.schemaVersion, permissions: this.permissions, now: new Date().toISOString() };
    if (from < this.floor) {
      return Response.json({
        ...common,
        cursor: asked.cursor,
        hasMore: false,
        reset: true,
        drop: [],
        add: [],
        changes: [],
      });
    }
    const news = [...this.#entries.values()]
      .filter(({ key, seq }) => seq > from && holds.has(key) && this.visible.has(key))
      .toSorted((left, right) => left.seq - right.seq);
    const page = news.slice(0, Math.min(asked.limit, this.page));
    const hasMore = page.length < news.length;
    const changes = new Map<PartKey, { part: Part; bucket: Bucket; rows: Row[]; gone: Id[] }>();
    for (const { key, id, row } of page) {
      const change = changes.get(key) ?? { ...this.#split(key), rows: [], gone: [] };
      changes.set(key, change);
      if (row) change.rows.push(row);
      else change.gone.push(id);
    }
    const add = hasMore ? [] : [...this.visible].filter((key) => !holds.has(key));
    const last = hasMore ? (page.at(-1)?.seq ?? from) : this.seq;
    return Response.json({
      ...common,
      cursor: `c${add.length > 0 ? Math.min(last, this.#safe) : last}`,
      hasMore: hasMore || add.length > 0,
      reset: false,
      drop: asked.holds.filter((key) => !this.visible.has(key)),
      add,
      changes: [...changes.values()],
    });
  }
}
