"""The house stands as house-style.md draws it: who imports whom, what tables are made of, where SQL comes from."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Enum, MetaData, Sequence

import domain.schema
from api.schema import PRINT, make_model
from domain.base import metadata
from tenants.tables import metadata as control

HOUSE = Path(__file__).parents[1]
MAY = {
    "tenants": set(),
    "domain": {"tenants"},
    "api": {"domain", "tenants"},
    "workers": {"domain", "tenants"},
}
READS = {"api.exports", "api.read", "api.schema"}  # what exports know of the API: what may be seen, and how it is read
TOPICS = {  # what a folder of domain may know of the others
    "masterdata": {"inventory.places", "inventory.tables", "valuation.tables"},
    "valuation": {"masterdata"},
    "inventory": {"valuation", "masterdata"},
    "purchasing": {"inventory", "valuation", "masterdata"},
    "sales": {"inventory", "valuation", "masterdata"},
    "imports": set(),
}
KNOW_TENANTS = {
    "execute.py", "tx.py", "tables.py", "base.py", "feed.py", "files.py", "lists.py", "papers.py", "seal.py",
    "verify.py", "waiting.py", "writing.py",
}  # fmt: skip
PATHS = [path for room in MAY for path in sorted((HOUSE / room).rglob("*.py"))]
SQL = {"fetch", "fetchrow", "fetchval", "execute", "executemany", "cursor"}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(HOUSE)))
def test_arrows_run_one_way(path: Path) -> None:
    room, *rest = path.relative_to(HOUSE).parts
    topic = rest[0] if len(rest) > 1 else None
    for module in imports(path):
        other, *inside = module.split(".")
        if other not in (*MAY, "infra", "tests"):
            continue
        reads = room == "workers" and topic == "exports" and ".".join(module.split(".")[:2]) in READS
        assert other == room or other in MAY[room] or reads, f"{room} imports {module}"
        if room == "domain" and other == "tenants" and inside[0] not in ("fields", "keys"):
            assert path.name in KNOW_TENANTS, f"only {sorted(KNOW_TENANTS)} of domain know more than encrypted fields"
        if room == other == "domain" and topic in TOPICS and inside and inside[0] in TOPICS.keys() - {topic}:
            allowed = {inside[0], ".".join(inside[:2])} & TOPICS[topic]
            assert allowed, f"{topic} imports {module}"
        if room == "workers" and module.startswith("tenants.settings"):
            assert path.name == "__main__.py", "only the program itself knows settings"


def imports(path: Path) -> Iterator[str]:
    """By their whole names; those for the type checker alone count too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module
            assert not node.level, f"{path} imports relatively"
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("tables", [metadata, control], ids=["company", "control"])
def test_tables_are_what_every_schema_can_have(tables: MetaData) -> None:
    assert len(metadata.tables) <= domain.schema.TABLES_AT_MOST
    for table in tables.tables.values():
        assert list(table.primary_key.columns), f"{table.name} has no primary key"
        for column in table.columns:
            assert not isinstance(column.type, Enum), f"{column}: an ENUM is another type in each schema"
            assert not isinstance(column.default, Sequence)
            if column.identity:
                assert table.name in ("outbox", "change"), f"{column}: ids are made by the app"


def test_columns_are_named() -> None:
    """A statement that says `select *` breaks, or leaks, when a column is added."""
    for path in PATHS:
        for text in texts(path):
            assert not re.search(r"select\s+(\w+\.)?\*", text, re.IGNORECASE), f"{path}: {text}"


def texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


GLUED = {  # where a statement is more than a literal; each says in its own file what it is made of
    "domain/execute.py",  # constants, joined at import
    "domain/writing.py",  # the same
    "tenants/transaction.py",  # the opening, with a schema's checked name
    "tenants/provision.py",
    "tenants/erase.py",
    "tenants/migrate.py",  # Alembic's
    "workers/reconcile.py",  # a snapshot by its name, which PostgreSQL gave and takes as a literal only
    "api/read/engine.py",  # what the selection compiler made
    "api/read/walk.py",  # the same
    "api/sync/statements.py",  # the same
    "workers/broker.py",  # psycopg's own types ask for literals
}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(HOUSE)))
def test_sql_is_written_in_the_source(path: Path) -> None:
    """What asyncpg is handed is a literal, or a name that basedpyright holds to be one."""
    if str(path.relative_to(HOUSE)) in GLUED or "migrations" in path.parts:  # a revision names its schema's own role
        return
    literals = set(literal_names(path))
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SQL:
            text = node.args[0] if node.args else None
            fine = is_literal(text) or (isinstance(text, ast.Name) and text.id in literals)
            assert fine, f"{path.relative_to(HOUSE)}:{node.lineno}: {ast.unparse(node)}"


def literal_names(path: Path, imported: bool = True) -> Iterator[str]:
    """Names that are assigned a literal, declared LiteralString, or imported from where they are."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and is_literal(node.value):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and says_literal(node.annotation):
            yield node.target.id
        elif isinstance(node, ast.arg) and says_literal(node.annotation):
            yield node.arg
        elif imported and isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in MAY:
            source = (HOUSE / node.module.replace(".", "/")).with_suffix(".py")
            there = set(literal_names(source, imported=False)) if source.exists() else set()
            yield from (name.asname or name.name for name in node.names if name.name in there)


def is_literal(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def says_literal(annotation: ast.AST | None) -> bool:
    return annotation is not None and ast.unparse(annotation) == "LiteralString"


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert PRINT.read_text() == make_model().schema.as_str() + "\n", "python -m api.schema writes it"
