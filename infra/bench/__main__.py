"""python -m infra.bench --help"""

import argparse
import sys

from infra.bench.run import BENCHES, run
from tenants.settings import Settings

parser = argparse.ArgumentParser(prog="infra.bench", description="One JSON object a line.")
parser.add_argument("--only", default="", help=f"benches whose name begins so: {', '.join(BENCHES)}")
parser.add_argument("--no-peers", action="store_true", help="leave the other systems out")
parser.add_argument("--seconds", type=float, default=2.0, help="of one repeat")
parser.add_argument("--repeats", type=int, default=5)
chosen = parser.parse_args()
sys.exit(run(Settings.from_environment(), chosen.only, not chosen.no_peers, chosen.seconds, chosen.repeats))
