"""What a device downloads: 50,000 products at first, and a hundred that have changed later."""

import gzip
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median
from typing import Any, LiteralString

import orjson
import psycopg
from psycopg import sql

from api.sync.parts import PARTS, SCHEMA_VERSION
from domain.feed import LOCK, NUMBER
from infra.bench import measure
from infra.bench.setting import Setting

PRODUCTS, CHANGED, ROUNDS = 50_000, 100, 100
CONNECTIONS = 3  # of a device that downloads
SLUG = "pulling"
OF_PRODUCTS, ALIGNED = {part.name for part in PARTS if part.value}, "?aligned=1"

WORDS = {
    "kinds": "不锈钢,塑料,红色,蓝色,加厚,家用,工业,儿童,进口,防水,智能,便携,折叠,陶瓷,纯棉,大号,小号,新款,经典,重庆",
    "things": "螺丝,水杯,电线,开关,毛巾,手套,纸箱,胶带,轴承,灯泡,书包,拖鞋,酱油,饼干,牛奶,锅铲,扳手,插座,雨伞,银行卡套",
    "sizes": "一号,二号,三号,升级版,促销装,六只装,500毫升,1公斤,M6,M8,加长,短款,家庭装,礼盒,散装",
}
# Names as shops have them, barcodes of one maker after the other, ids in the order of an import.
FILL: LiteralString = """
insert into unit (id, name, decimals) values (uuidv7(), '个', 0), (uuidv7(), '箱', 0);
insert into product (id, sku, name, spec, unit_id, price, reference_cost)
 select uuidv7(), 'SKU-' || lpad(i::text, 6, '0'),
  a[1 + (random() * 19)::int] || a[1 + (random() * 19)::int] || b[1 + (random() * 19)::int] || ' '
  || chr(65 + (random() * 25)::int) || (random() * 999)::int,
  c[1 + (random() * 14)::int], (select id from unit where name = '个'), 5 + (random() * 900)::int / 10.0, 3
 from generate_series(1, %(products)s) i,
  string_to_array(%(kinds)s, ',') a, string_to_array(%(things)s, ',') b, string_to_array(%(sizes)s, ',') c;
insert into product_barcode (product_id, code, kind, position)
 select id, '69' || lpad((hashint4(row_number() over (order by id)::int / 40) & 8388607)::text, 7, '0')
  || lpad((row_number() over (order by id))::text, 4, '0'), 'house', 1 from product;
insert into product_unit (product_id, unit_id, numerator, denominator)
 select p.id, u.id, 24, 1 from product p, unit u where u.name = '箱' and right(p.sku, 1) < '3';
"""
TOUCH: LiteralString = """with chosen as (select id from product order by id offset %s limit %s),
touched as (update product set version = version + 1 where id in (select id from chosen))
insert into change (entity, entity_id, bucket) select 'product', id, 'common' from chosen"""
# The same answer as ours, from one statement that knows its tables.
BY_HAND: LiteralString = """select max(c.seq), json_agg(json_build_object('id', p.id, 'sku', p.sku, 'name', p.name,
 'spec', p.spec, 'kind', upper(p.kind), 'active', p.active, 'unitId', p.unit_id,
 'units', (select coalesce(json_agg(json_build_object('unitId', unit_id, 'numerator', trim_scale(numerator)::text,
  'denominator', trim_scale(denominator)::text) order by unit_id), '[]') from product_unit where product_id = p.id),
 'barcodes', (select coalesce(json_agg(json_build_object('code', code, 'unitId', unit_id) order by position), '[]')
  from product_barcode where product_id = p.id)))::text,
 json_agg(json_build_object('id', p.id, 'price', trim_scale(p.price)::text))::text,
 json_agg(json_build_object('id', p.id, 'referenceCost', trim_scale(p.reference_cost)::text))::text
from change c join product p on p.id = c.entity_id
where c.seq > %s and c.bucket = any(%s) and c.entity = 'product'"""


def pull(setting: Setting) -> Iterator[dict[str, Any]]:
    schema = setting.stage.company(SLUG, products=0)
    with psycopg.connect(setting.stage.server.owner_url, cursor_factory=psycopg.ClientCursor) as owner:
        owner.execute(sql.SQL("set search_path to {}").format(sql.Identifier(schema)))
        owner.execute(FILL, {"products": PRODUCTS, **WORDS})
    setting.stage.vacuum()
    yield snapshot_line(setting)
    yield delta_line(setting, schema)


@dataclass
class Client:
    """One connection of a device."""

    port: int
    token: str

    def __post_init__(self) -> None:
        self.connection = HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, path: str, body: Any = None) -> bytes:
        headers = {"Authorization": self.token}
        if body is None:
            self.connection.request("GET", path, headers=headers)
        else:
            self.connection.request("POST", path, orjson.dumps(body), headers | {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        read = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {read[:300]!r}")
        return read

    def close(self) -> None:
        self.connection.close()


# --- the first download ---


def snapshot_line(setting: Setting) -> dict[str, Any]:
    """A process that has packed nothing yet is asked for all parts, and again once it has."""
    cold: list[float] = []
    warm: list[float] = []
    spent: list[float] = []
    sizes: dict[str, int] = {}
    for _ in range(setting.repeats):
        with setting.api() as api:
            [token] = setting.tokens(api, SLUG, 1)
            time.sleep(2)  # as it starts, a process learns how names are spoken
            with measure.sample(setting.postgres, api.pid) as taken:
                sizes = download(api.port, token)
            cold.append(taken.seconds)
            spent.append(taken.server_cpu + taken.postgres_cpu)
            with measure.sample(setting.postgres) as taken:
                download(api.port, token)
            warm.append(taken.seconds)
    figures = {"cpu_s": median(spent), "warm_s": median(warm), "megabytes": sum(sizes.values()) / 1e6}
    return {
        "bench": "pull_snapshot", "value": measure.rounded(median(cold)), "unit": "s",
        **{name: measure.rounded(figure) for name, figure in figures.items()},
        "product_megabytes": measure.rounded(sizes["product"] / 1e6), "n": PRODUCTS,
    }  # fmt: skip


def download(port: int, token: str) -> dict[str, int]:
    """Bytes of each part."""
    with closing(Client(port, token)) as first:
        manifest = orjson.loads(first.ask("/sync/snapshot"))
    chunks = [(one["part"], one["bucket"], chunk) for one in manifest["parts"] for chunk in range(one["chunks"])]
    clients = [Client(port, token) for _ in range(CONNECTIONS)]
    sizes: dict[str, int] = {}
    rows = 0

    def work(client: Client) -> list[tuple[str, bytes]]:
        got: list[tuple[str, bytes]] = []
        while chunks:
            part, bucket, chunk = chunks.pop(0)
            path = f"/sync/snapshot/{part}/{bucket}/{chunk}"
            got.append((part, client.ask(path + ALIGNED if part in OF_PRODUCTS else path)))
        client.close()
        return got

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        answers = [each for some in pool.map(work, clients) for each in some]
    for part, body in answers:
        sizes[part] = sizes.get(part, 0) + len(body)
        if part == "product":
            rows += gzip.decompress(body).count(b'"sku"')
    if rows != PRODUCTS:
        raise RuntimeError(f"{rows} products instead of {PRODUCTS}")
    return sizes


# --- what has changed ---


def delta_line(setting: Setting, schema: str) -> dict[str, Any]:
    ours: list[float] = []
    by_hand: list[float] = []
    server = setting.stage.server
    with (
        setting.api() as api,
        psycopg.connect(server.owner_url, autocommit=True) as owner,
        psycopg.connect(server.app_url, autocommit=True) as app,
    ):
        [token] = setting.tokens(api, SLUG, 1)
        for connection in (owner, app):
            connection.execute(sql.SQL("set search_path to {}").format(sql.Identifier(schema)))
        app.execute(sql.SQL("set role {}").format(sql.Identifier(schema)))
        client = Client(api.port, token)
        manifest = orjson.loads(client.ask("/sync/snapshot"))
        cursor = manifest["cursor"]
        holds = [f"{one['part']}@{one['bucket']}" for one in manifest["parts"]]
        for turn in range(ROUNDS):
            body = {"schemaVersion": SCHEMA_VERSION, "cursor": cursor, "holds": holds, "unsent": 0}
            owner.execute(TOUCH, (turn * 2 * CHANGED, CHANGED))
            began = time.perf_counter()
            answer = client.ask("/sync/pull", body)
            ours.append(time.perf_counter() - began)
            cursor = checked(answer)
            seq = newest(app)
            owner.execute(TOUCH, ((turn * 2 + 1) * CHANGED, CHANGED))
            began = time.perf_counter()
            hand_written(app, seq)
            by_hand.append(time.perf_counter() - began)
            cursor = checked(client.ask("/sync/pull", body | {"cursor": cursor}))
        client.close()
    p50, p95, floor = (measure.percentile(times, share) for times, share in ((ours, 0.5), (ours, 0.95), (by_hand, 0.5)))
    return {
        "bench": "pull_delta", "value": measure.rounded(p50 * 1000), "unit": "ms",
        "p50_ms": measure.rounded(p50 * 1000), "p95_ms": measure.rounded(p95 * 1000),
        "floor": measure.rounded(floor * 1000), "of_floor": measure.rounded(floor / p50), "rows": CHANGED, "n": ROUNDS,
    }  # fmt: skip


def hand_written(app: psycopg.Connection, seq: int) -> None:
    """Numbers what has changed, as a pull does, and reads it."""
    with app.transaction():
        app.execute(LOCK)
        app.execute(NUMBER.replace("$1", "5000"))
    row = app.execute(BY_HAND, (seq, ["common"])).fetchone()
    if row is None or orjson.loads(row[1])[CHANGED - 1]["id"] is None:
        raise RuntimeError("nothing by hand")


def newest(app: psycopg.Connection) -> int:
    row = app.execute("select last from feed_head").fetchone()
    return row[0] if row else 0


def checked(answer: bytes) -> str:
    found = orjson.loads(answer)
    rows = [len(change["rows"]) for change in found["changes"]]
    if rows != [CHANGED] * 3:
        raise RuntimeError(f"rows of product, price and cost: {rows}")
    return found["cursor"]
