"""The command line, run as an operator runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def huotong(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.cli", *arguments],
        env={**os.environ, "HUOTONG_DATA": str(data), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_help_names_the_commands(tmp_path: Path) -> None:
    shown = huotong(tmp_path, "--help")
    assert shown.returncode == 0
    for command in ("up", "psql", "db", "tenants", "users", "clients", "migrate", "reconcile", "rotate-keys", "demo"):
        assert command in shown.stdout


@pytest.mark.server
def test_db_runs_the_embedded_server_and_psql_enters_it(tmp_path: Path) -> None:
    assert json.loads(huotong(tmp_path, "db", "status", "--json").stdout) == {"running": False}
    assert huotong(tmp_path, "psql", "-c", "select 1").returncode == 1

    started = json.loads(huotong(tmp_path, "db", "start", "--json").stdout)
    try:
        status = huotong(tmp_path, "db", "status", "--json")
        assert json.loads(status.stdout) == {"running": True, **started}
        assert status.returncode == 0
        for options, user in (
            ((), "huotong_owner"),
            (("--as", "app"), "huotong_app"),
            (("--as", "postgres"), "postgres"),
        ):
            shown = huotong(tmp_path, "psql", *options, "-Atc", "select current_user")
            assert shown.stdout.strip() == user, shown.stderr
    finally:
        assert json.loads(huotong(tmp_path, "db", "stop", "--json").stdout) == {"stopped": True}
    assert "not running" in huotong(tmp_path, "db", "stop").stdout


def test_a_server_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    refused = huotong(tmp_path, "db", "start", HUOTONG_DATABASE_URL="postgresql://elsewhere/huotong")
    assert refused.returncode == 1
    assert "not ours to run" in refused.stderr
    assert refused.stdout == ""
