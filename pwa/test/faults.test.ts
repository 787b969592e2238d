import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Network, portal, startFaults } from "../e2e/faults";

let server: Server;
let proxy: Awaited<ReturnType<typeof startFaults>>;
let network: Network;
const reached: string[] = [];

beforeAll(async () => {
  server = createServer((asked, answer) => {
    let body = "";
    asked.on("data", (part) => (body += String(part)));
    asked.once("end", () => {
      reached.push(`${asked.method} ${asked.url} ${body}`);
      if (asked.url !== "/events") return answer.end("0123456789");
      answer.writeHead(200, { "content-type": "text/event-stream" });
      return answer.write("data: first\n\n");
    });
  });
  await new Promise<void>((next) => server.listen(0, "127.0.0.1", next));
  const { port } = server.address() as AddressInfo;
  proxy = await startFaults(() => `http://127.0.0.1:${port}`);
  network = new Network(proxy.control);
});

afterEach(async () => {
  await network.reset();
  reached.length = 0;
});

afterAll(() => {
  proxy.close();
  server.close();
  server.closeAllConnections();
});

const text = async (path: string, init?: RequestInit) => (await fetch(proxy.url + path, init)).text();

test("passes on what is asked and answered, and remembers it", async () => {
  expect(await text("/a?b=1", { method: "POST", body: "货通" })).toBe("0123456789");
  expect(reached).toEqual(["POST /a?b=1 货通"]);
  expect(await network.seen(/^\/a/)).toMatchObject([
    { method: "POST", path: "/a?b=1", answered: 200, bytes: 10, body: "货通" },
  ]);
  await network.reset();
  expect(await network.seen(/./)).toEqual([]);
});

test("loses a request, or only its answer, as often as it was told", async () => {
  await network.faults({ path: "^/a", method: "POST", do: "refuse", times: 1 }, { path: "^/b", do: "lose", skip: 1 });
  await expect(text("/a", { method: "POST" })).rejects.toThrow(/fetch failed/);
  expect(reached).toEqual([]);
  expect(await text("/a", { method: "POST" })).toBe("0123456789");
  expect(await text("/b")).toBe("0123456789");
  await expect(text("/b")).rejects.toThrow(/fetch failed/);
  expect(reached).toEqual(["POST /a ", "GET /b ", "GET /b "]);
  expect(await network.seen(/b/)).toMatchObject([{ answered: 200 }, { answered: 200 }]);
});

test("is down for open connections and new ones, and up again", async () => {
  const events = await fetch(`${proxy.url}/events`);
  const reader = events.body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value)).toBe("data: first\n\n"); // at once, though more may come
  await network.down();
  await expect(reader?.read()).rejects.toThrow(/terminated/);
  await expect(text("/a")).rejects.toThrow(/fetch failed/);
  await network.up();
  expect(await text("/a")).toBe("0123456789");
});

test("cuts a body, waits, says what it is told", async () => {
  await network.faults({ path: "cut", do: "cut", after: 4 }, { path: "late", do: "delay", ms: 30 }, portal("page"));
  const cut = await fetch(`${proxy.url}/cut`);
  expect(cut.headers.get("content-length")).toBe("10");
  await expect(cut.text()).rejects.toThrow(/terminated/);
  expect(await text("/late")).toBe("0123456789");
  const page = await fetch(`${proxy.url}/other`);
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html"]);
  await network.faults(portal("redirect"));
  expect((await fetch(`${proxy.url}/other`, { redirect: "manual" })).status).toBe(302);
});

test("keeps a connection half open, before the server or after it", async () => {
  await network.faults({ path: "never", do: "hang" }, { path: "after", do: "hold" });
  const given = (path: string) => text(path, { signal: AbortSignal.timeout(150) });
  await expect(Promise.all([given("/never"), given("/after")])).rejects.toThrow(/timeout/);
  await expect.poll(() => reached).toEqual(["GET /after "]);
});
