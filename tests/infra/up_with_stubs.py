"""`huotong up` with a stub in the API's place: PostgreSQL, supervisor and signals are the real ones."""

import sys

from rich.console import Console

from infra.launch import supervisor, up
from infra.launch.supervisor import Program
from tenants.settings import Settings

API = """
import http.server, os, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{os.getpid()} {os.environ['HUOTONG_DATABASE_URL']}".encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
ONCE = """
import pathlib, sys
tries = pathlib.Path(sys.argv[1]) / "tries"
count = int(tries.read_text()) + 1 if tries.exists() else 1
tries.write_text(str(count))
print("try", count, flush=True)
sys.exit(count < int(sys.argv[2]))
"""


def programs(settings: Settings) -> list[Program]:
    command = [sys.executable, "-c", API if "--broken" not in sys.argv else "raise SystemExit(3)", str(settings.port)]
    others = [Program("stubborn", [sys.executable, "-c", STUBBORN])] if "--stubborn" in sys.argv else []
    if "--once" in sys.argv:
        good = sys.argv[sys.argv.index("--once") + 1]
        others.append(Program("once", [sys.executable, "-c", ONCE, str(settings.data), good], tries=4))
    return [Program("API", command, up.child_environment(settings)), *others]


if __name__ == "__main__":
    up.programs = programs
    supervisor.GRACE = 1.0
    supervisor.FIRST_PAUSE = 0.1
    sys.exit(up.up(Settings.from_environment(), Console(width=100)))
