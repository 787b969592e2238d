/**
 * The servers under test: the one at HUOTONG_E2E_URL with the sign-ins of HUOTONG_E2E_DEMO (its `demo.json`), or else
 * one of our own for each worker, whole, in a folder and on a port of its own, ended with the tests. Browsers reach our
 * own through a proxy that can fail (faults.ts).
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { FullConfig } from "@playwright/test";
import { startFaults } from "./faults";
import { publish, type Served } from "./served";

const run = promisify(execFile);

const START_MS = 180_000;
const STOP_MS = 20_000;
const ROOT = resolve(import.meta.dirname, "../..");
const WHERE = `
import json, sys
from pathlib import Path
from infra.launch import postgres
server = postgres.running(Path(sys.argv[1]))
print(json.dumps({"psql": str(server.bin / "psql"), "url": server.owner_url}))`;

export default async function startServers({ workers }: FullConfig): Promise<() => Promise<void>> {
  const { HUOTONG_E2E_URL: url, HUOTONG_E2E_DEMO: demo = "" } = process.env;
  const started = url === undefined ? await Promise.all(Array.from({ length: workers }, startServer)) : [];
  publish(url === undefined ? started.map(({ server }) => server) : [{ url, demo, own: null }]);
  return async () => void (await Promise.all(started.map(({ stop }) => stop())));
}

async function startServer(): Promise<{ server: Served; stop: () => Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), "huotong-e2e-"));
  const port = await freePort();
  const direct = `http://127.0.0.1:${port}`;
  const proxy = await startFaults(() => direct);
  const server = spawn(join(ROOT, ".venv/bin/huotong"), ["up"], {
    cwd: ROOT,
    env: {
      ...process.env,
      HUOTONG_DATA: data,
      HUOTONG_PORT: String(port),
      HUOTONG_PUBLIC_URL: proxy.url,
      HUOTONG_DEMO: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text) => (said += String(text)));
  const stop = async () => {
    proxy.close();
    await ended(server);
    rmSync(data, { recursive: true, force: true });
  };
  const demo = join(data, "demo.json");
  try {
    await ready(server, direct, demo);
    const { stdout: database } = await run(join(ROOT, ".venv/bin/python"), ["-c", WHERE, data], { cwd: ROOT });
    return { server: { url: proxy.url, demo, own: { direct, control: proxy.control, data, database } }, stop };
  } catch (error) {
    await stop();
    throw new Error(`The server did not start: ${String(error)}\n${said}`, { cause: error });
  }
}

async function ready(server: ChildProcess, url: string, demo: string) {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline;) {
    if (server.exitCode !== null) throw new Error(`it ended with status ${server.exitCode}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok && existsSync(demo)) return;
    await new Promise((next) => setTimeout(next, 300));
  }
  throw new Error(`not ready after ${START_MS / 1000} s`);
}

async function ended(server: ChildProcess) {
  if (server.exitCode !== null) return;
  const gone = new Promise((next) => server.once("exit", next));
  server.kill("SIGINT");
  const late = setTimeout(() => server.kill("SIGKILL"), STOP_MS);
  await gone;
  clearTimeout(late);
}

function freePort(): Promise<number> {
  return new Promise((next, fail) => {
    const probe = createServer().once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => next(typeof address === "object" && address ? address.port : 0));
    });
  });
}
