"""The list of refusals is closed: what the code says, what domain/refusals.md explains and what the client tells."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint

from api.schema import make_model
from domain.base import metadata

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "domain/refusals.md").read_text()
CLIENT = HOUSE / "pwa/src/i18n"
COMPUTED = {  # Refused(…) whose code is worked out, as it stands in the source → the codes it may be
    "Refused(outcome.code, outcome.field, **outcome.data)": {"forbidden": {"permission"}},  # of a command as a whole
    "Refused(code, column)": {"kind_fixed": set(), "unit_fixed": set()},
    "Refused(code, column, value=value, id=holder)": {
        "duplicate_in_list": {"value", "id"}, "sku_taken": {"value", "id"}, "code_taken": {"value", "id"},
        "name_taken": {"value", "id"},
    },
    "Refused(message['code'], **message['details'])": {},  # what the process that reads a file refused
}  # fmt: skip
OF_OUTCOMES = {"all_refused": set[str](), "discarded": set[str]()}


def calls(*rooms: str) -> Iterator[tuple[str, ast.Call]]:
    for room in rooms:
        for path in sorted((HOUSE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    yield getattr(node.func, "id", getattr(node.func, "attr", "")), node


def refused() -> dict[str, set[str]]:
    """Code → names of its details."""
    found: defaultdict[str, set[str]] = defaultdict(set, {code: set(names) for code, names in OF_OUTCOMES.items()})
    for name, call in calls("domain", "workers"):
        if name != "Refused":
            continue
        match call.args[0]:
            case ast.Constant(value=str(code)):
                found[code] |= {keyword.arg for keyword in call.keywords if keyword.arg}
            case _:
                for code, names in COMPUTED[ast.unparse(call)].items():
                    found[code] |= names
    return dict(found)


def explained(*sections: str) -> dict[str, set[str]]:
    """First and third column of the tables; of several codes in a row, each has those details."""
    found: dict[str, set[str]] = {}
    for section in re.split(r"^## ", PAGE, flags=re.M)[1:]:
        title, _, text = section.partition("\n")
        rows = re.findall(r"^\| ([a-zA-Z_, ]+) \| .*?\|(?: ?([a-z_, ]*)\|)?$", text, re.M)
        for codes, details in rows if title in sections else ():
            names = {name.strip() for name in details.split(",")} - {""}
            found |= {code.strip(): names for code in codes.split(",") if code.strip() not in ("code", "kind")}
    return found


REFUSALS = (
    "Any command", "What is referred to, and what is made", "Products", "Quantities, prices, costs", "Orders and stock",
    "Files, and documents of the past", "Taking an import back", "Jobs", "Exports",
)  # fmt: skip


def test_every_refusal_is_explained_and_no_others() -> None:
    said, told = refused(), explained(*REFUSALS)
    assert sorted(said) == sorted(told)
    for codes in re.findall(r"^\| ([a-z_, ]+) \|", PAGE, re.M):  # a row of several codes has the details of all
        together = {code.strip() for code in codes.split(",")} & said.keys()
        if together:
            assert told[next(iter(together))] == set().union(*(said[code] for code in together)), codes


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_refusal_has_a_sentence(language: str) -> None:
    source = (CLIENT / "refusals.ts").read_text()
    texts = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', (CLIENT / f"catalogs/{language}.po").read_text(), re.M))
    sentences = dict(re.findall(r"^  (\w+): msg`(.+)`,$", source, re.M))
    assert sorted(explained(*REFUSALS).keys() - sentences.keys()) == []
    assert [code for code in explained(*REFUSALS) if not texts.get(sentences[code])] == []


def test_warnings_are_explained() -> None:
    text = (HOUSE / "domain/masterdata/barcodes.py").read_text()
    assert set(re.findall(r'"(barcode_\w+)"', text)) == explained("Warnings").keys()


def test_discrepancies_are_those_of_table_and_schema() -> None:
    reported = {call.args[0].value for name, call in calls("domain") if name == "report" and is_text(call)}  # type: ignore[attr-defined]
    assert reported == explained("Discrepancies").keys() == choices("discrepancy", "kind") == shown("DiscrepancyKind")


def is_text(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)


def test_graphql_codes_are_explained() -> None:
    said = {call.args[0].value for name, call in calls("api") if name == "refusal" and is_text(call)}  # type: ignore[attr-defined]
    for path in (HOUSE / "api").rglob("*.py"):
        said |= set(re.findall(r'"code": (?:"([A-Z_]+)")', path.read_text()))
    assert said | {"INTERNAL"} == explained("GraphQL").keys()


# --- choices: what a column may hold is what the schema names ---

ENUMS = {
    "ProductKind": ("product", "kind"),
    "BarcodeKind": ("product_barcode", "kind"),
    "NegativeStock": ("warehouse", "negative"),
    "LocationKind": ("location", "kind"),
    "StockDocumentKind": ("stock_document", "kind"),
    "DiscrepancyKind": ("discrepancy", "kind"),
    "DiscrepancyStatus": ("discrepancy", "status"),
    "StockTransferStatus": ("stock_transfer", "status"),
    "PurchaseOrderStatus": ("purchase_order", "status"),
    "SalesOrderKind": ("sales_order", "kind"),
    "SalesOrderStatus": ("sales_order", "status"),
    "WaitingCallStatus": ("waiting_call", "status"),
    "JobStatus": ("job", "status"),
    "JobWanted": ("job", "wanted"),
}


def choices(table: str, column: str) -> set[str]:
    """The values of a CHECK."""
    checks = [c for c in metadata.tables[table].constraints if isinstance(c, CheckConstraint)]
    texts = [str(check.sqltext) for check in checks if str(check.sqltext).startswith(f"{column} in (")]
    return set(re.findall(r"'(\w+)'", texts[0]))


def shown(enum: str) -> set[str]:
    return {value.lower() for value in SCHEMA.type_map[enum].values}  # type: ignore[attr-defined]


SCHEMA = make_model().schema._schema


@pytest.mark.parametrize("enum", ENUMS)
def test_enums_are_the_choices_of_their_columns(enum: str) -> None:
    assert shown(enum) == choices(*ENUMS[enum])
