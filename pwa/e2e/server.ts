/**
 * The server under test: the one at HUOTONG_E2E_URL with the sign-ins of HUOTONG_E2E_DEMO (its `demo.json`), or else
 * a whole one of our own, in a folder and on a port of its own, ended with the tests. Browsers reach our own through a
 * proxy that can fail (faults.ts), whose control port is HUOTONG_E2E_CONTROL; HUOTONG_E2E_DIRECT is the server behind it,
 * HUOTONG_E2E_DATABASE says how to look into its database, HUOTONG_E2E_DATA where its folder is. Tests that need those
 * are skipped on a given server.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startFaults } from "./faults";

const START_MS = 180_000;
const STOP_MS = 20_000;
const ROOT = resolve(import.meta.dirname, "../..");
const WHERE = `
import json, sys
from pathlib import Path
from infra.launch import postgres
server = postgres.running(Path(sys.argv[1]))
print(json.dumps({"psql": str(server.bin / "psql"), "url": server.owner_url}))`;

export default async function startServer(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.HUOTONG_E2E_URL) return undefined;
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
  try {
    await ready(server, direct, join(data, "demo.json"));
    process.env.HUOTONG_E2E_DATABASE = execFileSync(join(ROOT, ".venv/bin/python"), ["-c", WHERE, data], {
      cwd: ROOT,
      encoding: "utf8",
    });
  } catch (error) {
    await stop();
    throw new Error(`The server did not start: ${String(error)}\n${said}`, { cause: error });
  }
  process.env.HUOTONG_E2E_URL = proxy.url;
  process.env.HUOTONG_E2E_DIRECT = direct;
  process.env.HUOTONG_E2E_CONTROL = proxy.control;
  process.env.HUOTONG_E2E_DATA = data;
  process.env.HUOTONG_E2E_DEMO = join(data, "demo.json");
  return stop;
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
