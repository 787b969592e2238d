"""Tryton: an ERP in Python on PostgreSQL. Sales of five lines, created, confirmed and shipped over its JSON-RPC.

Invoices are left out, which is its cheapest flow. Four processes of gunicorn serve it, as its manual advises.
"""

import base64
import datetime
import itertools
import os
import secrets
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import psycopg
from psycopg import sql

from infra.bench import load
from infra.bench.load import Flow
from infra.bench.peers import install
from infra.bench.peers.install import HERE, PeerError
from infra.bench.service import free_port, service
from infra.launch.cluster import Server

NAME = "tryton 8.2"
DATABASE = "tryton_8_2"
MODULES = ("sale", "purchase", "stock_supply")
PRODUCTS, AT_ONCE = 2_000, 500
LINES = 5
WORKERS = 4
PASSWORD_FILE = "password"


class Tryton:
    """A running server that sells."""

    def __init__(self, port: int, pid: int, password: str) -> None:
        self.port, self.pid = port, pid
        self.headers: dict[str, str] = {}
        user, token = self.call("common.db.login", "admin", {"password": password}, "en")[:2]
        session = base64.b64encode(f"admin:{user}:{token}".encode()).decode()
        self.headers = {"Authorization": f"Session {session}"}
        self.context: dict[str, Any] = {}
        self.context = self.model("res.user.get_preferences", True)
        self.orders = itertools.count()

    def message(self, method: str, *parameters: Any) -> bytes:
        body = orjson.dumps({"id": 1, "method": method, "params": parameters})
        return load.request(f"/{DATABASE}/rpc/", body, self.headers)

    def call(self, method: str, *parameters: Any) -> Any:
        return answer(load.ask(self.port, self.message(method, *parameters)))

    def model(self, method: str, *parameters: Any) -> Any:
        return self.call(f"model.{method}", *parameters, self.context)

    def one(self, model: str, **having: Any) -> int:
        condition = [[name, "=", value] for name, value in having.items()]
        return self.model(f"{model}.search", condition, 0, 1, None)[0]

    def look_up(self) -> None:
        """The ids that every sale names."""
        customer = self.one("party.party", name="Customer")
        address = self.one("party.address", party=customer)
        company = self.context["company"]
        self.unit = self.one("product.uom", name="Unit")
        self.products = self.model("product.product.search", [], 0, PRODUCTS, [["id", "ASC"]])
        today = datetime.date.today()
        self.sale = {
            "company": company,
            "currency": self.model("company.company.read", [company], ["currency"])[0]["currency"],
            "party": customer,
            "invoice_party": customer,
            "shipment_party": customer,
            "invoice_address": address,
            "shipment_address": address,
            "payment_term": self.one("account.invoice.payment_term"),
            "warehouse": self.one("stock.location", type="warehouse"),
            "invoice_method": "manual",
            "shipment_method": "order",
            "sale_date": {"__class__": "date", "year": today.year, "month": today.month, "day": today.day},
        }

    def sell(self) -> Flow:
        """One order, by the eight calls that its own client makes."""
        number, many = next(self.orders), len(self.products)
        lines = [
            {
                "product": self.products[(number * 37 + line * 1999 + 11) % many],
                "quantity": 1.0,
                "unit": self.unit,
                "unit_price": decimal(10),
            }
            for line in range(LINES)
        ]
        sales = yield from self.ask("sale.sale.create", [self.sale | {"lines": [["create", lines]]}])
        yield from self.ask("sale.sale.quote", sales)
        yield from self.ask("sale.sale.confirm", sales)
        rows = yield from self.ask("sale.sale.read", sales, ["shipments"])
        shipments = rows[0]["shipments"]
        if not shipments:
            raise PeerError("Tryton made no shipment")
        for step in ("assign_try", "pick", "pack", "do"):
            yield from self.ask(f"stock.shipment.out.{step}", shipments)

    def ask(self, method: str, *parameters: Any) -> Generator[bytes, bytes, Any]:
        return answer((yield self.message(f"model.{method}", *parameters, self.context)))

    def sales(self, count: int) -> Iterator[Flow]:
        return (self.sell() for _ in range(count))

    def shipped(self) -> int:
        return self.model("stock.shipment.out.search_count", [["state", "=", "done"]])


def answer(body: bytes) -> Any:
    decoded = orjson.loads(body)
    if "error" in decoded:
        raise PeerError(f"Tryton: {str(decoded['error'])[:500]}")
    return decoded["result"]


def decimal(value: int) -> dict[str, str]:
    return {"__class__": "Decimal", "decimal": str(value)}


@contextmanager
def running(home: Path, postgres: Server) -> Iterator[Tryton]:
    """`home` keeps what was installed; the database stays in the cluster, so that a second run is quick."""
    programs = install.tryton(home / "tryton")
    files = home / "tryton-files"
    files.mkdir(exist_ok=True)
    configuration = write(files / "trytond.conf", f"[database]\nuri = {postgres.on('').superuser_url}\n")
    password = files / PASSWORD_FILE
    is_new = not exists(postgres)
    if is_new:
        write(password, f"{secrets.token_urlsafe(16)}\n")
        create(postgres, programs, configuration, password)
    port = free_port()
    command = [programs / "gunicorn", f"--workers={WORKERS}", f"--bind=127.0.0.1:{port}", "--timeout=600"]
    environment = {"TRYTOND_CONFIG": str(configuration), "TRYTOND_DATABASE_NAMES": DATABASE}
    with service([*command, "trytond.application:app"], port, files / "server.log", environment) as server:
        tryton = Tryton(port, server.pid, password.read_text().strip())
        if not tryton.model("product.product.search", [], 0, 1, None):
            fill(tryton, postgres)
        tryton.look_up()
        yield tryton


def exists(postgres: Server) -> bool:
    with psycopg.connect(postgres.on("postgres").superuser_url) as connection:
        return bool(connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone())


def create(postgres: Server, programs: Path, configuration: Path, password: Path) -> None:
    """In a draft that gets its name when it is whole."""
    draft = f"{DATABASE}_draft"
    with psycopg.connect(postgres.on("postgres").superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(draft)))
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(draft)))
        admin = [programs / "trytond-admin", "-c", configuration, "-d", draft]
        os.environ["TRYTONPASSFILE"] = str(password)
        install.run(*admin, "-u", "ir", "--email", "bench@example.com")
        install.run(*admin, "--activate-dependencies", "-u", *MODULES)
        install.run(programs / "python", HERE / "tryton_setup.py", configuration, draft)
        connection.execute(sql.SQL("alter database {} rename to {}").format(*map(sql.Identifier, (draft, DATABASE))))


def fill(tryton: Tryton, postgres: Server) -> None:
    """Products through its own door; their opening stock as rows, since its inventories take minutes."""
    unit, goods = tryton.one("product.uom", name="Unit"), tryton.one("product.category", accounting=True)
    for first in range(0, PRODUCTS, AT_ONCE):
        tryton.model("product.template.create", [template(i, unit, goods) for i in range(first, first + AT_ONCE)])
    warehouse = tryton.one("stock.location", type="warehouse")
    storage = tryton.model("stock.location.read", [warehouse], ["storage_location"])[0]["storage_location"]
    company = tryton.context["company"]
    currency = tryton.model("company.company.read", [company], ["currency"])[0]["currency"]
    lost = tryton.one("stock.location", type="lost_found")
    with psycopg.connect(postgres.on(DATABASE).superuser_url, autocommit=True) as connection:
        connection.execute(
            """insert into stock_move (company, currency, cost_price, create_date, create_uid, effective_date,
                 from_location, to_location, product, quantity, internal_quantity, unit, state, unit_price)
               select %s, %s, 5, now(), 1, current_date - 300, %s, %s, id, 100000, 100000, %s, 'done', 5
               from product_product""",
            [company, currency, lost, storage, unit],
        )
        connection.execute("analyze")


def template(number: int, unit: int, goods: int) -> dict[str, Any]:
    product = {"suffix_code": f"P{number:06d}", "cost_price": decimal(5)}
    return {
        "name": f"Product {number}",
        "type": "goods",
        "default_uom": unit,
        "list_price": decimal(10 + number % 90),
        "salable": True,
        "sale_uom": unit,
        "purchasable": True,
        "purchase_uom": unit,
        "account_category": goods,
        "cost_price_method": "fixed",
        "products": [["create", [product]]],
    }


def write(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)
    return path
