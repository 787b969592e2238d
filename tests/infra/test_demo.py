"""The demo companies: ready at once, filled beside it, whatever is killed meanwhile."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra import demo
from infra.installation import opened
from infra.launch import postgres
from infra.operate.upgrade import upgrade_all
from tenants.settings import Settings
from tests.conftest import OPTIONS
from workers.reconcile import Report, reconcile

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    data = Path(tempfile.mkdtemp(prefix="huotong-demo-"))
    server = postgres.start(data, options=OPTIONS)
    try:
        upgrade_all(server.owner_url)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HUOTONG_DATA", str(data))
            patch.setenv("HUOTONG_SHARED", str(data / "nothing"))
            settings = Settings.from_environment()
        demo.prepare(settings)
        yield settings
    finally:
        postgres.stop(data)
        shutil.rmtree(data)


def loading(settings: Settings) -> subprocess.Popen[str]:
    environment = {**os.environ, "HUOTONG_DATA": str(settings.data), "HUOTONG_SHARED": str(settings.shared)}
    command = [sys.executable, "-m", "infra.cli", "demo", "load"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def query(settings: Settings, company: str, text: str) -> list[tuple]:
    server = postgres.running(settings.data)
    assert server
    with psycopg.connect(server.owner_url) as connection:
        [(schema,)] = connection.execute("select schema from control.company where slug = %s", [company]).fetchall()
        connection.execute(f"set search_path to {schema}")  # pyright: ignore[reportArgumentType]
        return connection.execute(text).fetchall()  # pyright: ignore[reportArgumentType]


def test_everybody_can_sign_in_from_the_start(settings: Settings) -> None:
    said = json.loads((settings.data / "demo.json").read_text())
    assert (settings.data / "demo.json").stat().st_mode & 0o777 == 0o600
    assert [tenant["slug"] for tenant in said["tenants"]] == ["acme", "beiguo"]
    for tenant in said["tenants"]:
        roles = {"owner", "manager", "buyer", "sales", "keeper", "auditor"}
        assert {user["role"] for user in tenant["users"]} == roles
        assert tenant["clients"][0]["client_secret"]
    before = (settings.data / "demo.json").read_bytes()
    demo.prepare(settings)
    assert (settings.data / "demo.json").read_bytes() == before


def test_filling_goes_on_after_a_kill_and_doubles_nothing(settings: Settings) -> None:
    killed = loading(settings)
    deadline = time.monotonic() + 60
    while not query(settings, "beiguo", "select from purchase_order limit 1"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    half = query(settings, "beiguo", "select count(*) from command_log")[0][0]
    assert not demo.is_loaded(settings)

    first = loading(settings)
    second = loading(settings)  # beside it
    said = [process.communicate(timeout=120)[1] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), said
    assert demo.is_loaded(settings)
    whole = query(settings, "beiguo", "select count(*) from command_log")[0][0]
    assert half < whole

    (settings.data / "demo-load.json").write_text(
        json.dumps({**json.loads((settings.data / "demo-load.json").read_text()), "loaded": ["acme"]})
    )
    again = loading(settings)  # as if it had been killed before it could say that it was done
    assert again.wait(120) == 0
    assert query(settings, "beiguo", "select count(*) from command_log") == [(whole,)]


def test_every_screen_has_something_to_show(settings: Settings) -> None:
    def of(column: str, table: str) -> set[str]:
        return {row[0] for row in query(settings, "beiguo", f"select distinct {column} from {table}")}

    assert of("status", "purchase_order") == {"open", "partly_received", "received"}
    assert of("status", "sales_order") == {
        "draft", "confirmed", "partly_shipped", "shipped", "returned", "cancelled",
    }  # fmt: skip
    assert of("kind", "stock_document") == {"opening", "receipt", "shipment", "sales_return", "adjustment", "count"}
    assert {"over_receipt", "negative_stock"} <= of("kind", "discrepancy")
    assert {"箱", "个", "kg"} <= of("name", "unit")
    assert query(settings, "beiguo", "select count(*) from product")[0][0] >= 200


@pytest.mark.parametrize("slug", ["acme", "beiguo"])
def test_the_partner_has_orders_to_look_at(settings: Settings, slug: str) -> None:
    party = (
        "select party_id from control.membership m join control.company c on c.id = m.company_id"
        f" where c.slug = '{slug}' and m.client_id is not null"
    )
    [(orders,)] = query(settings, slug, f"select count(*) from sales_order where partner_id = ({party})")
    assert orders >= 2


def test_the_witness_finds_nothing(settings: Settings) -> None:
    async def look() -> list[Report]:
        async with opened(settings) as here:
            return [await reconcile(company) for company in await here.registry.find()]

    assert all(report.clean for report in asyncio.run(look()))
