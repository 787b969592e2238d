"""The two demo companies: made on the first start, with a user for each role and `demo.json` to sign in by script, and
filled afterwards, while they are already in use."""

import asyncio
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from domain.execute import execute
from domain.ids import derived_id
from domain.tx import Call
from infra import demo_food
from infra.console import Advance, progress, remarks
from infra.demo_data import online_retail, synthetic
from infra.installation import Installation, opened
from tenants import accounts, clients
from tenants.access import ROLES, Caller
from tenants.registry import Company
from tenants.settings import Settings

COMPANIES = {"acme": "Acme Gifts 礼品批发", "beiguo": "北国粮油 Beiguo Foods"}
SCOPES = ("sales.read", "sales.price", "purchase.read", "purchase.price")
CUSTOMERS = {"acme": "12347", "beiguo": "C001"}  # whom the partner's client stands for
LOADER = UUID(int=0)  # nobody entered it by hand


# ---------------------------------------------------------------------------------------------------------------------
# Who is there
# ---------------------------------------------------------------------------------------------------------------------


def prepare(settings: Settings) -> None:
    """Does nothing where demo.json is there: it is written last."""
    if not (settings.data / "demo.json").exists():
        asyncio.run(make(settings))


async def make(settings: Settings) -> None:
    tenants = []
    async with opened(settings, create=True) as here:
        for slug, name in COMPANIES.items():
            found = await here.registry.find(slug=slug)
            tenants.append(await people(found[0] if found else await here.create(slug, name)))
    write_private(settings.data / "demo.json", {"base_url": settings.public_url, "tenants": tenants})


async def people(company: Company) -> dict[str, Any]:
    """One user for each built-in role, and a partner's client bound to a customer."""
    users = []
    for role in sorted(ROLES.keys() - {"partner"}):
        email, password = f"{role}@{company.slug}.example", secrets.token_urlsafe(9)
        try:
            await accounts.create_user(company.database, email, role.title(), password)
        except accounts.AccountError:  # of an earlier start that was cut off
            await accounts.set_password(company.database, email, password)
        await accounts.grant(company, role, email=email)
        users.append({"email": email, "password": password, "role": role})
    party_id = derived_id(company.id, "partner", CUSTOMERS[company.slug])
    made = await clients.create_client(company, "Partner", party_id=party_id, scopes=SCOPES)
    client = {"client_id": made.client_id, "client_secret": made.client_secret, "scopes": list(SCOPES)}
    return {"slug": company.slug, "name": company.name, "users": users, "clients": [client]}


# ---------------------------------------------------------------------------------------------------------------------
# What is in it
# ---------------------------------------------------------------------------------------------------------------------


def is_loaded(settings: Settings) -> bool:
    return FILLED.keys() <= set(state(settings)["loaded"])


async def load(settings: Settings) -> None:
    """One at a time; goes on where it was cut off."""
    with only_one(settings.data / "demo-load.lock") as mine:
        if not mine:
            remarks.print("The demo companies are being filled already.")
            return
        now = state(settings)
        write_private(settings.data / "demo-load.json", now)
        async with opened(settings) as here:
            for slug, fill in FILLED.items():
                if slug not in now["loaded"]:
                    await fill(here, await here.company(slug), date.fromisoformat(now["today"]))
                    now["loaded"].append(slug)
                    write_private(settings.data / "demo-load.json", now)
        remarks.print("The demo companies are filled.")


def state(settings: Settings) -> dict[str, Any]:
    """`today` is the day it began: commands are said again word for word."""
    try:
        return orjson.loads((settings.data / "demo-load.json").read_bytes())
    except FileNotFoundError:
        return {"today": str(datetime.now(UTC).date()), "loaded": []}


async def food(here: Installation, company: Company, today: date) -> None:
    caller = Caller(company, LOADER, ROLES["owner"])
    steps = list(demo_food.calls(company.id, today))
    with progress(company.name, len(steps)) as advance:
        for step in steps:
            id = derived_id(company.id, "demo", step.key)
            await execute(Call(id, step.name, step.body, datetime.now(UTC), "import"), caller)
            advance(1)


async def gifts(here: Installation, company: Company, _: date) -> None:
    """A year of real trade, or a smaller made-up one where its file is not there."""
    path = here.settings.shared / "data" / "online_retail.csv.xz"
    rows = online_retail.file_rows(path) if path.exists() else synthetic.made_up(1000, products=800, customers=200)
    caller = Caller(company, LOADER, ROLES["owner"])
    with ExitStack() as bars:
        show: list[Advance] = []

        def begin(step: str, total: int) -> None:
            bars.close()
            show[:] = [bars.enter_context(progress(f"{company.name}: {step}", total))]

        loaded = await online_retail.load(caller, rows, None, lambda lines: show[0](lines), begin)
    if not loaded.complete:
        raise RuntimeError(f"{company.slug}: the file has {loaded.file}, {loaded.posted} are posted")


FILLED = {"beiguo": food, "acme": gifts}


@contextmanager
def only_one(path: Path) -> Iterator[bool]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(lock)


def write_private(path: Path, content: Any) -> None:
    """All or nothing, and readable by its owner alone."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    draft.rename(path)
