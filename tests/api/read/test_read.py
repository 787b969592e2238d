"""Plans, merging, permissions, scope, hostile input, limits, and declarations that must not build."""

# ruff: noqa: UP031  (GraphQL is all braces: % is what reads)

import json
import logging
import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLObjectType, get_nullable_type
from sqlalchemy import case, literal

from api.read.declare import OPEN, Computed, Model, One, Search, Type, Value
from api.read.engine import Reader
from api.read.graphql import build
from api.read.limits import Limits
from api.read.scalars import DECIMAL, TEXT
from tests.api.read.company import FIRM, KEEPER, PERMISSIONS, ROOTS, TYPES, Caller, Extra, product, rows_of, stock
from tests.api.read.conftest import CALLERS, DATA, FREE, MODEL, Ask, codes, wait
from tests.api.read.oracle import SECRET

ONE = str(DATA["product"][0]["id"])
CHANGE = "mutation ($id: ID!, $name: String!) { renameProduct(id: $id, name: $name) %s }"


def values(value: Any, key: str) -> list[Any]:
    """Everything that the answer holds under a key."""
    if isinstance(value, dict):
        return [v for k, v in value.items() if k == key] + [v for item in value.values() for v in values(item, key)]
    return [v for item in value for v in values(item, key)] if isinstance(value, list) else []


# --- plans and merging ---


def test_one_plan_for_each_shape_of_variables_not_for_each_value(ask: Ask, reader: Reader) -> None:
    query = """query ($n: Int!, $yes: Boolean!, $f: ProductFilter, $after: String) {
      products(first: $n, filter: $f, after: $after) { nodes { id name @include(if: $yes) } } }"""
    for n in range(1, 20):
        ask(query, {"n": n, "yes": True, "f": {"sku": {"eq": str(n)}}})
    assert reader.plans.weight == 1
    assert list(ask(query, {"n": 1, "yes": False})["data"]["products"]["nodes"][0]) == ["id"]
    ask(query, {"n": 1, "yes": True, "f": {"sku": {"in": ["a", "b"]}}})
    ask(query, {"n": 1, "yes": True, "f": {"sku": {"in": ["a", "b", "c"]}}})
    assert reader.plans.weight == 3


def test_plans_are_not_shared_between_rights(ask: Ask) -> None:
    query = "{ products(first: 1) { nodes { cost } } }"
    for caller, hidden in (("manager", set()), ("keeper", {"FIELD_FORBIDDEN"}), ("manager", set())):
        assert codes(ask(query, caller=caller)) == hidden


def test_caches_are_bounded(reader: Reader, ask: Ask) -> None:
    reader.plans.size, reader.documents.size = 5, 200
    for n in range(20):
        ask("{ a%d: product(id: 1) { id } }" % n)
    assert reader.plans.weight <= 5
    assert reader.documents.weight <= 200


def test_several_roots_fragments_introspection_and_python_in_one_answer(ask: Ask) -> None:
    answer = ask("""{ a: products(first: 1) { ...P } serverTime b: products(last: 1) { ...P } __typename
      __schema { queryType { name } } failing }
      fragment P on ProductConnection { nodes { label category { __typename } ... on Node { id } } }""")
    assert list(answer["data"]) == ["a", "serverTime", "b", "__typename", "__schema", "failing"]
    assert answer["data"]["a"]["nodes"][0]["label"].startswith("SKU")
    assert "secret" not in json.dumps(answer)
    assert codes(answer) == {"INTERNAL"}


def test_no_connection_is_opened_where_no_sql_runs(reader: Reader) -> None:
    def rows() -> Any:
        raise AssertionError("opened")

    answer = wait(reader.answer("{ serverTime __schema { queryType { name } } }", rows, CALLERS["manager"]))
    assert json.loads(answer.body)["data"]["serverTime"] == "noon"


def test_a_mutations_payload_is_read_again_with_the_callers_rights(ask: Ask, db: Any) -> None:
    async def rename(id_: str, name: str) -> bool:
        done = await db.execute("update product set name = $2 where id = $1::uuid", id_, name)
        return done.endswith("1")

    selection = "{ ok q: query { product(id: $id) { id name label cost } again: __typename } }"
    variables = {"id": ONE, "name": "新"}
    answer = ask(CHANGE % selection, variables, "keeper", None, {"rename": rename})
    assert answer["data"]["renameProduct"]["q"] == {
        "product": {"id": ONE, "name": "新", "label": "SKU00000 新", "cost": None},
        "again": "Query",
    }
    found = [(e["path"], e["extensions"]["code"]) for e in answer["errors"]]
    assert found == [(["renameProduct", "q", "product", "cost"], "FIELD_FORBIDDEN")]
    ask(CHANGE % "{ ok }", variables | {"name": DATA["product"][0]["name"]}, context={"rename": rename})


def test_nothing_is_written_when_a_payloads_query_is_refused(ask: Ask) -> None:
    async def rename(*_: str) -> bool:
        raise AssertionError("written")

    for query in ("products(first: 101) { totalCount }", 'products(first: 1, after: "x") { totalCount }'):
        answer = ask(CHANGE % "{ query { %s } }" % query, {"id": ONE, "name": "x"}, context={"rename": rename})
        assert codes(answer) <= {"BAD_INPUT", "BAD_CURSOR"}
        assert "data" not in answer


def test_directives_on_a_payloads_query_do_not_share_a_plan(ask: Ask) -> None:
    async def rename(*_: str) -> bool:
        return True

    text = """mutation ($a: Boolean!) { renameProduct(id: 1, name: "x") {
      query @include(if: $a) { a: __typename } query @skip(if: $a) { b: __typename } } }"""
    for flag, key in ((True, "a"), (False, "b"), (True, "a")):
        answer = ask(text, {"a": flag}, context={"rename": rename})
        assert answer["data"]["renameProduct"]["query"] == {key: "Query"}


def test_many_fields_and_long_aliases(ask: Ask) -> None:
    names = [f"a{i}_{'x' * 80}" for i in range(300)]
    answer = ask("{ products(first: 2) { nodes { %s } } }" % " ".join(f"{n}: sku" for n in names))
    assert [list(n) for n in answer["data"]["products"]["nodes"]] == [names, names]


# --- permissions ---

WAYS = {
    "root": f'{{ product(id: "{ONE}") {{ %s }} }}',
    "node": f'{{ node(id: "{ONE}") {{ ... on Product {{ %s }} }} }}',
    "list": "{ products(first: 2) { nodes { %s } } }",
    "edge": "{ products(first: 2) { edges { node { %s } } } }",
    "nested": "{ stockMoves(first: 3) { nodes { product { %s } } } }",
    "joined": "{ purchaseLines(first: 3) { nodes { product { %s } } } }",
    "deep": """{ categories(first: 9) { nodes { products(first: 1) { nodes { category { products(last: 1) {
      nodes { %s } } } } } } } }""",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [n for n, f in MODEL.graphql["Product"].items() if isinstance(f, Value | Computed)])
def test_every_field_by_every_way(ask: Ask, way: str, name: str) -> None:
    everything = Caller(FIRM, UUID(int=9), PERMISSIONS - {"product.cost"})
    guarded = MODEL.graphql["Product"][name].permission is not None
    assert codes(ask(WAYS[way] % name)) == set()
    answer = ask(WAYS[way] % name, caller=everything)
    assert codes(answer) == ({"FIELD_FORBIDDEN"} if guarded else set())
    assert not guarded or set(values(answer["data"], name)) <= {None}


@pytest.mark.parametrize(
    "query",
    [
        '{ products(first: 1, filter: {cost: {gt: "0"}}) { totalCount } }',
        "{ products(first: 1, filter: {not: {or: [{margin: {isNull: true}}]}}) { totalCount } }",
        "{ products(first: 1, orderBy: [NAME_ASC, COST_DESC]) { totalCount } }",
        "{ productTotals { sum { cost } } }",
        "{ productTotals { sum { margin } } }",
        '{ productTotals(filter: {cost: {lt: "1"}}) { count } }',
        '{ stockTotals(filter: {product: {cost: {lt: "1"}}}) { count } }',
        '{ categories(first: 1, filter: {products: {moves: {value: {gt: "1"}}}}) { totalCount } }',
        "{ stockMoves(first: 1, orderBy: [VALUE_ASC]) { totalCount } }",
        "{ products(first: 1) { nodes { moves(first: 1, orderBy: [VALUE_ASC]) { totalCount } } } }",
        "{ products(first: 1) { nodes { moveTotals { sum { value } } } } }",
        '{ partners(first: 1, filter: {phone: "13800000000"}) { totalCount } }',
        "{ partners(first: 1) { nodes { phone } } }",
        "{ purchaseOrders(first: 1) { totalCount } }",
        '{ node(id: "%s") { ... on PurchaseOrder { number } } }' % DATA["purchase_order"][0]["id"],
        '{ partners(first: 1, filter: {orders: {number: {eq: "PO1"}}}) { totalCount } }',
    ],
)
def test_hidden_fields_are_closed_to_filters_orders_and_totals(ask: Ask, query: str) -> None:
    assert codes(ask(query)) == set()
    answer = ask(query, caller="keeper")
    assert codes(answer) == ({"FIELD_FORBIDDEN"} if "node(" not in query else set())
    for key in ("totalCount", "count", "number", "phone", "value", "cost"):
        assert set(values(answer["data"], key)) <= {None}


def test_documents_that_are_not_ours_to_see_are_not_shown_through_the_union(ask: Ask) -> None:
    query = "{ stockMoves(first: 100) { nodes { document { __typename } } } }"
    assert set(values(ask(query)["data"], "__typename")) == {"PurchaseOrder", "StockCount"}
    assert set(values(ask(query, caller="keeper")["data"], "__typename")) == {"StockCount"}


def test_computed_fields_run_only_for_those_who_may_see_them(ask: Ask, caplog: Any) -> None:
    query = "query ($p: String) { partners(first: 9, filter: {phone: $p}) { nodes { name phone } } }"
    first = DATA["partner"][0]
    assert ask(query, {"p": "13800000000"})["data"]["partners"]["nodes"] == [
        {"name": "Partner 0", "phone": f"13800000000@{str(first['id'])[:4]}"}
    ]
    assert codes(ask(query, {"p": "what?"})) == {"BAD_INPUT"}
    assert (
        ask("{ partners(first: 9) { nodes { phone } } }", caller="keeper")["data"]["partners"]["nodes"]
        == [{"phone": None}] * 4
    )
    assert not caplog.records


def test_a_computed_field_that_fails_is_null_and_says_where_but_not_why(ask: Ask, db: Any) -> None:
    last = max(DATA["partner"], key=lambda row: row["id"])
    wait(db.execute("update partner set phone = 'broken' where id = $1", last["id"]))
    answer = ask("{ partners(first: 9) { edges { node { tel: phone } } } }")
    wait(db.execute("update partner set phone = $2 where id = $1", last["id"], last["phone"]))
    assert [e["path"] for e in answer["errors"]] == [["partners", "edges", 3, "node", "tel"]]
    assert "secret" not in json.dumps(answer)


# --- scope ---


def test_warehouses_narrow_every_way_to_a_row(ask: Ask) -> None:
    mine, other = (str(DATA["warehouse"][i]["id"]) for i in (0, 1))
    clerk = Caller(FIRM, UUID(int=5), KEEPER, None, frozenset([UUID(mine)]))
    there = next(str(row["id"]) for row in DATA["stock_move"] if str(row["warehouse_id"]) == other)
    answer = ask(
        """query ($w: ID!, $m: ID!) { warehouses { id } node(id: $w) { id } move: node(id: $m) { id }
      stockTotals(groupBy: WAREHOUSE_ID) { key } stockLevels(first: 9) { nodes { warehouseId } }
      products(first: 5) { nodes { stockLevels { warehouse { id } } moves(first: 9) { nodes { warehouse { id } } } } }
      stockMoves(first: 100) { totalCount nodes { warehouse { id } } } }""",
        {"w": other, "m": there},
        clerk,
    )
    data = answer["data"]
    assert data["node"] is None
    assert data["move"] is None
    assert {*values(data, "id"), *values(data, "key"), *values(data, "warehouseId")} == {mine}
    assert data["stockMoves"]["totalCount"] == sum(str(row["warehouse_id"]) == mine for row in DATA["stock_move"])
    nowhere = replace(clerk, warehouses=frozenset())
    assert ask("{ warehouses { id } stockTotals { count } }", None, nowhere)["data"] == {
        "warehouses": [],
        "stockTotals": [{"count": 0}],
    }


def test_a_filter_through_a_relation_sees_only_rows_in_scope(ask: Ask) -> None:
    """Products themselves have no scope: without one inside the filter, stock elsewhere would show through it."""
    mine = DATA["warehouse"][0]["id"]
    clerk = Caller(FIRM, UUID(int=5), KEEPER, None, frozenset([mine]))
    query = '{ products(first: 1, filter: {stockLevels: {onHand: {gt: "5000"}}}) { totalCount } }'
    held = [row for row in DATA["stock_level"] if row["on_hand"] > 5000]
    everywhere, here = {r["product_id"] for r in held}, {r["product_id"] for r in held if r["warehouse_id"] == mine}
    assert len(here) < len(everywhere)
    assert ask(query)["data"]["products"]["totalCount"] == len(everywhere)
    assert ask(query, caller=clerk)["data"]["products"]["totalCount"] == len(here)


def test_a_party_sees_its_own_rows_and_of_closed_types_nothing(ask: Ask) -> None:
    mine = {row["id"] for row in DATA["purchase_order"] if row["partner_id"] == CALLERS["partner"].party_id}
    own = {row["id"] for row in DATA["purchase_order_line"] if row["order_id"] in mine}
    theirs = next(row for row in DATA["purchase_order"] if row["id"] not in mine)
    data = ask(
        """query ($o: ID!) { purchaseOrders(first: 99) { nodes { id } } purchaseLines(first: 99) { nodes { id price } }
        partners(first: 9) { totalCount } node(id: $o) { id } }""",
        {"o": str(theirs["id"])},
        "partner",
    )["data"]
    assert set(values(data["purchaseOrders"], "id")) == set(map(str, mine))
    assert set(values(data["purchaseLines"], "id")) == set(map(str, own))
    assert data["partners"]["totalCount"] == 1
    assert data["node"] is None
    suppliers = ask("{ products(first: 99) { nodes { supplier { name phone } } } }", caller="partner")
    assert len({one["name"] for one in values(suppliers["data"], "supplier") if one}) == 1
    for closed in (
        "{ stockLevels(first: 1) { totalCount } }",
        "{ warehouses { id } }",
        "{ stockTotals { count } }",
        '{ products(first: 1, filter: {stockLevels: {onHand: {gt: "0"}}}) { totalCount } }',
        "{ products(first: 1) { nodes { moves(first: 1) { totalCount } } } }",
        "{ products(first: 1) { nodes { moveTotals { count } } } }",
    ):
        answer = ask(closed, caller="partner")
        assert codes(answer) == {"FIELD_FORBIDDEN"}, closed
        assert not {*values(answer["data"], "totalCount"), *values(answer["data"], "count")} - {None}


# --- hostile input ---

HOSTILE = [
    "'", "''", "'; drop table product; --", "' or '1'='1", '"', "\\", "\\'", "%", "_", "$1", "$1::text", ":p0",
    "%(p0)s", "{}", "/*", "--", "\x01", "\u2028", "😀", "\n", "a" * 5000, "E'\\x'", "x') from product; reset role; --",
]  # fmt: skip
FILTERS = [
    "name: {eq: %s}", "name: {contains: %s}", "sku: {startsWith: %s}", "name: {in: [%s]}", "name: {ne: %s}",
    "or: [{name: {lt: %s}}, {barcode: {gte: %s}}]", "category: {name: {eq: %s}}", "search: %s",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_bound_wherever_it_stands(ask: Ask, reader: Reader, db: Any, text: str) -> None:
    for head, position in (("query ($t: String!) ", "$t"), ("", json.dumps(text))):
        lists = [
            "a%d: products(first: 1, filter: {%s}) { totalCount } b%d: productTotals(filter: {%s}) { count }"
            % (n, chosen, n, chosen)
            for n, chosen in enumerate(f.replace("%s", position) for f in FILTERS)
        ]
        answer = ask(head + "{ " + " ".join(lists) + " }", {"t": text})
        assert "errors" not in answer, answer
        assert values(answer["data"], "totalCount") == values(answer["data"], "count")
    matching = sum(text in p["name"] for p in DATA["product"])
    query = "query ($t: String!) { products(first: 1, filter: {name: {contains: $t}}) { totalCount } }"
    assert ask(query, {"t": text})["data"]["products"]["totalCount"] == matching
    ids = """query ($t: ID!) { node(id: $t) { id } product(id: $t) { id }
      products(first: 1, filter: {id: {in: [$t]}}) { totalCount } }"""
    assert ask(ids, {"t": text})["data"] == {"node": None, "product": None, "products": {"totalCount": 0}}
    after = "query ($t: String) { products(first: 1, after: $t) { totalCount } }"
    assert codes(ask(after, {"t": text})) == {"BAD_CURSOR"}
    price = "query ($t: Decimal) { products(first: 1, filter: {price: {eq: $t}}) { totalCount } }"
    assert "errors" in ask(price, {"t": text})
    assert "errors" in ask("{ products(first: 1) { totalCount } }", name=text)
    aliased = ask("{ %s: products(first: 1) { totalCount } }" % text)
    assert "errors" in aliased or re.fullmatch(r"\w*\s*", text, re.ASCII)
    for plans, _ in reader.plans.items.values():
        assert all(len(text) < 3 or text == "$1::text" or text not in (plan.sql or "") for plan in plans)
    assert wait(db.fetchval("select count(*) from product")) == 1000


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "\udfff\ud800"])
@pytest.mark.parametrize("where", ["name: {eq: $t}", "name: {in: [$t]}", "search: $t"])
def test_text_that_postgresql_cannot_hold_is_a_plain_refusal(ask: Ask, text: str, where: str) -> None:
    query = "query ($t: String!) { products(first: 1, filter: {%s}) { totalCount } }" % where
    assert codes(ask(query, {"t": text})) == {"BAD_INPUT"}


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e5", "١", "0x1", "", " 1", "1" * 30, 1, 1.5, True])
def test_decimals_are_plain(ask: Ask, value: Any) -> None:
    query = "query ($t: Decimal) { products(first: 1, filter: {price: {eq: $t}}) { totalCount } }"
    assert "errors" in ask(query, {"t": value})


# --- limits ---


def nested(depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(depth):
        made = {"not": made}
    return made


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{ categories(first: 1) { nodes { %s id %s } } }" % ("parent { " * 12, "}" * 12), None, "TOO_COMPLEX"),
        (
            "{ products(first: 100) { nodes { moves(first: 100) { nodes { product { %s } } } } } }"
            % "moves(first: 100) { nodes { id } }",
            None,
            "TOO_COMPLEX",
        ),
        (
            "{ categories(first: 1) { nodes { ...F0 } } } fragment F10 on Category { id } "
            + " ".join(
                f"fragment F{i} on Category {{ a: parent {{ ...F{i + 1} }} b: parent {{ ...F{i + 1} }} }}"
                for i in range(10)
            ),
            None,
            "TOO_COMPLEX",
        ),
        ("{ %s }" % " ".join(f"a{i}: stockTotals {{ count }}" for i in range(110)), None, "TOO_COMPLEX"),
        ("{ %s }" % ("serverTime " * 2000), None, "BAD_QUERY"),
        ("{ productz { id } }", None, "BAD_QUERY"),
        (
            "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
            None,
            "BAD_QUERY",
        ),
        ("{ product(id: 1) { ...A } } fragment A on Product { ...A }", None, "BAD_QUERY"),
        ("{" * 990, None, "BAD_QUERY"),
        (
            "query ($f: ProductFilter) { products(first: 1, filter: $f) { totalCount } }",
            {"f": nested(9)},
            "TOO_COMPLEX",
        ),
        ("query ($f: ProductFilter) { products(first: 1, filter: $f) { totalCount } }", {"f": nested(900)}, None),
        (
            "query ($f: ProductFilter) { products(first: 1, filter: $f) { totalCount } }",
            {"f": {"or": [{"sku": {"eq": "a"}}] * 101}},
            "TOO_COMPLEX",
        ),
        (
            "query ($f: ProductFilter) { products(first: 1, filter: $f) { totalCount } }",
            {"f": {"or": [{}] * 5000}},
            "TOO_COMPLEX",
        ),
        (
            "query ($f: ProductFilter) { products(first: 1, filter: $f) { totalCount } }",
            {"f": {"sku": {"in": ["a"] * 1001}}},
            "BAD_INPUT",
        ),
        (
            "{ products(first: 1, orderBy: [SKU_ASC, NAME_ASC, PRICE_ASC, COST_ASC]) { totalCount } }",
            None,
            "BAD_INPUT",
        ),
    ],
)
def test_what_asks_for_too_much_is_refused_before_it_runs(
    ask: Ask, query: str, variables: Any, code: str | None
) -> None:
    answer = ask(query, variables)
    assert "data" not in answer
    assert code is None or codes(answer) == {code}
    assert "Did you mean" not in json.dumps(answer)
    assert codes(answer) & {"INTERNAL"} == set()


def test_introspection_works_and_fields_are_described(ask: Ask) -> None:
    answer = ask('{ __type(name: "Category") { fields { name description } } }')
    assert {"name": "name", "description": "As staff call it."} in answer["data"]["__type"]["fields"]


def test_counts_stop_one_after_the_limit(db: Any) -> None:
    reader = Reader(MODEL, replace(FREE, count=300), SECRET)
    answer = wait(reader.answer("{ products(first: 1) { totalCount } }", rows_of(db), CALLERS["manager"]))
    assert json.loads(answer.body)["data"]["products"]["totalCount"] == 301


def test_rows_that_were_charged_and_did_not_come_are_refunded(db: Any) -> None:
    reader = Reader(MODEL, Limits(), SECRET)
    query = "{ products(first: 100) { nodes { id stockLevels { onHand } } } }"
    answers = [json.loads(wait(reader.answer(query, rows_of(db), CALLERS["manager"])).body) for _ in range(2)]
    cost = answers[1]["extensions"]["cost"]
    assert cost["requested"] > 90 > 3 > cost["actual"] >= 1


def test_a_client_that_asks_too_much_waits_and_others_do_not(db: Any) -> None:
    now = [0.0]
    reader = Reader(MODEL, Limits(capacity=200, leak=10), SECRET)
    reader.buckets.clock = lambda: now[0]

    def status(caller: Any, query: str = "{ products(first: 9) { nodes { id } } }") -> tuple[int, Any]:
        answer = wait(reader.answer(query, rows_of(db), caller))
        return answer.status, json.loads(answer.body)

    code, first = status(CALLERS["manager"])
    assert code == 200
    assert first["extensions"]["cost"] == {
        "requested": 151, "actual": 151, "available": 49, "capacity": 200, "restoreRate": 10,
    }  # fmt: skip
    code, refused = status(CALLERS["manager"], "{ products(first: 8) { nodes { id } } }")
    assert code == 429
    assert codes(refused) == {"RATE_LIMITED"}
    assert refused["errors"][0]["extensions"]["retryAfter"] > 0
    assert status(CALLERS["keeper"])[0] == 200
    now[0] += 60
    assert status(CALLERS["manager"], "{ products(first: 8) { nodes { id } } }")[0] == 200
    assert status(CALLERS["manager"])[1]["extensions"]["cost"]["requested"] == 1  # compiled already


def test_a_statement_that_takes_too_long_says_so(db: Any, ask: Ask) -> None:
    wait(db.execute("set statement_timeout to 1"))
    try:
        answer = ask("{ productTotals(groupBy: UNIT) { sum { price } } a: stockTotals { sum { onHand } } }")
        slow = ask(
            "{ products(first: 100) { nodes { onHand moves(first: 100) { nodes { id product { onHand } } } } } }"
        )
    finally:
        wait(db.execute("reset statement_timeout"))
    assert codes(slow) | codes(answer) == {"TIMEOUT"}


# --- declarations ---


def test_a_broken_non_null_promise_names_its_path(db: Any, caplog: Any) -> None:
    caplog.set_level(logging.CRITICAL)
    shaky = Value(TEXT, lambda p: case((p.c.sku == literal("SKU00001"), None), else_=p.c.sku), null=False)
    types = [replace(t, fields={**t.fields, "shaky": shaky}) if t.name == "Product" else t for t in TYPES]
    reader = Reader(build(Model(types, ROOTS, PERMISSIONS), Extra), FREE, SECRET)

    def run(sku: str) -> Any:
        query = '{ p: products(first: 1, filter: {sku: {eq: "%s"}}) { nodes { s: shaky } } }' % sku
        return json.loads(wait(reader.answer(query, rows_of(db), CALLERS["manager"])).body)

    assert run("SKU00002")["data"]["p"]["nodes"] == [{"s": "SKU00002"}]
    answer = run("SKU00001")
    assert answer["data"] is None
    assert answer["errors"][0]["path"] == ["p", "nodes", "s"]


def made(table: Any = product, fields: Any = None, **options: Any) -> Model:
    given = {"permission": "product.read", "warehouse": OPEN, "party": OPEN} | options
    given = {key: value for key, value in given.items() if value is not ...}
    return Model([Type("P", table, fields or {"sku": Value(TEXT)}, **given)], {}, PERMISSIONS)


@pytest.mark.parametrize(
    "options",
    [
        {"permission": ...},
        {"warehouse": ...},
        {"party": ...},
        {"permission": ""},
        {"permission": "product.red"},
        {"fields": {"cost": Value(DECIMAL, permission="nothing")}},
        {"party": "partner"},
        {"party": "no_such_column"},
        {"key": ("cost",)},
        {"fields": {"no_column": Value(TEXT)}},
        {"fields": {"category": One("Nothing", "category_id")}},
        {"fields": {"self": One("P", "no_column")}},
        {"party": "self", "fields": {"self": One("P", "id")}},
        {"table": stock, "fields": {"on_hand": Value(DECIMAL)}},
    ],
)
def test_declarations_that_could_leak_do_not_build(options: dict[str, Any]) -> None:
    made()
    with pytest.raises(TypeError):
        made(**options)


def test_every_guarded_or_related_field_is_nullable_in_the_schema() -> None:
    for type_name, fields in MODEL.graphql.items():
        declared: Any = MODEL.schema._schema.get_type(type_name)
        assert isinstance(declared, GraphQLObjectType)
        for name, field in fields.items():
            if not isinstance(field, Search) and (field.permission or not isinstance(field, Value)):
                assert get_nullable_type(declared.fields[name].type) is declared.fields[name].type, (
                    f"{type_name}.{name}"
                )


def test_a_party_with_every_permission_still_sees_only_its_own(ask: Ask) -> None:
    almighty = Caller(FIRM, UUID(int=8), PERMISSIONS, CALLERS["partner"].party_id)
    query = "{ purchaseOrders(first: 99) { nodes { partner { id } lines { order { partner { id } } } } } }"
    assert set(values(ask(query, caller=almighty)["data"], "id")) == {str(almighty.party_id)}
