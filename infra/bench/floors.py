"""What PostgreSQL itself needs for the same rows: pgbench scripts made from what one command really wrote.

The command runs once. Every row of the company's tables that is new or changed afterwards goes into a script, one
statement for each table: inserts with their ids drawn anew, updates as what they added. So the script follows the
tables and the command without being told.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import Table

import domain.schema  # noqa: F401  all tables of a company
from domain import sql as domain_sql
from domain.base import metadata
from infra.bench.measure import Sample, sample
from infra.launch.cluster import Server

NUMBERS = "number_series"
MINIMAL = ("sales_order", "sales_order_line", "stock_document", "stock_move", "stock_balance")

Row = dict[str, str | None]  # every value as PostgreSQL writes it
Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What a command left behind: rows by table, and for changed rows how they were before."""

    inserted: Mapping[str, Sequence[Row]]
    changed: Mapping[str, Sequence[tuple[Row, Row]]]

    def only(self, tables: Iterable[str]) -> "Written":
        kept = set(tables)
        return Written(
            {name: rows for name, rows in self.inserted.items() if name in kept},
            {name: rows for name, rows in self.changed.items() if name in kept},
        )


def capture(url: str, schema: str, act: Callable[[], object]) -> Written:
    """Runs the command and compares the tables. Nobody else may write meanwhile."""
    with psycopg.connect(url) as connection:
        before = {table.name: rows_of(connection, schema, table) for table in metadata.sorted_tables}
        connection.rollback()
        act()
        after = {table.name: rows_of(connection, schema, table) for table in metadata.sorted_tables}
    inserted, changed = {}, {}
    for name, now in after.items():
        was = before[name]
        if fresh := [row for key, row in now.items() if key not in was]:
            inserted[name] = fresh
        if other := [(was[key], row) for key, row in now.items() if key in was and was[key] != row]:
            changed[name] = other
    return Written(inserted, changed)


def rows_of(connection: psycopg.Connection, schema: str, table: Table) -> dict[Key, Row]:
    columns = sql.SQL(", ").join(
        sql.SQL("{0}::text as {0}").format(sql.Identifier(column.name)) for column in table.columns
    )
    query = sql.SQL("select {} from {}").format(columns, sql.Identifier(schema, table.name))
    with connection.cursor(row_factory=dict_row) as cursor:
        return {key_of(table, row): row for row in cursor.execute(query)}


def key_of(table: Table, row: Row) -> Key:
    return tuple(row[column.name] for column in table.primary_key.columns)


# ---------------------------------------------------------------------------------------------------------------------
# As a script
# ---------------------------------------------------------------------------------------------------------------------


class Script:
    """`products`: the ids of the products that the command named, each with the expression that draws one instead."""

    def __init__(self, written: Written, products: Mapping[str, str]) -> None:
        self.written = written
        drawn = dict.fromkeys(new_ids(written), "uuidv7()") | dict(products)
        self.variables = {id: f"id{place}" for place, id in enumerate(drawn)}
        self.draw = ", ".join(f"{drawn[id]} as {variable}" for id, variable in self.variables.items())
        self.parts = {id: f":{variable}::text" for id, variable in self.variables.items()}
        numbers = [row["number"] for row in written.inserted.get("sales_order", ())]
        self.parts |= {number: "'F' || :number::text" for number in numbers if number}
        self.parse = re.compile("|".join(map(re.escape, sorted(self.parts, key=len, reverse=True))))

    def value(self, text: str | None, type: str) -> str:
        """A literal, with what differs from order to order replaced by what was drawn."""
        if text is None:
            return "null"
        if type == "uuid" and text in self.variables:
            return f":{self.variables[text]}::uuid"
        pieces, place = [], 0
        for found in self.parse.finditer(text):
            pieces += [quoted(text[place : found.start()]), self.parts[found.group()]]
            place = found.end()
        pieces.append(quoted(text[place:]))
        shown = [piece for piece in pieces if piece != "''"] or ["''"]
        return f"{shown[0]}::{type}" if len(shown) == 1 else f"({' || '.join(shown)})::{type}"

    def row(self, table: Table, row: Row, names: Iterable[str]) -> str:
        return f"({', '.join(self.value(row[name], type_of(table, name)) for name in names)})"

    def inserts(self) -> list[str]:
        statements = []
        for name, rows in self.written.inserted.items():
            table = metadata.tables[name]
            names = [column.name for column in table.columns if column.identity is None]
            values = ", ".join(self.row(table, row, names) for row in rows)
            statements.append(f"insert into {name} ({', '.join(names)}) values {values};")
        return statements

    def keys(self, name: str, rows: Iterable[Row]) -> tuple[str, str]:
        table = metadata.tables[name]
        names = [column.name for column in table.primary_key.columns]
        return ", ".join(names), ", ".join(self.row(table, row, names) for row in rows)

    def locks(self) -> str:
        """One statement, as in the command."""
        parts = []
        for name, pairs in self.written.changed.items():
            if name != NUMBERS:
                names, values = self.keys(name, (after for _, after in pairs))
                chosen = f"select 1 from {name} where ({names}) in ({values}) order by {names} for no key update"
                parts.append(f"{name}_ as ({chosen})")
        counts = ", ".join(f"(select count(*) from {part.partition(' ')[0]})" for part in parts)
        return f"with {', '.join(parts)} select {counts};"

    def updates(self) -> list[str]:
        statements = []
        for name, pairs in self.written.changed.items():
            if name == NUMBERS:
                continue
            changes = sorted(
                (self.changes(name, before, after), str(place)) for place, (before, after) in enumerate(pairs)
            )
            for what, places in groupby(changes, key=lambda change: change[0]):
                names, values = self.keys(name, (pairs[int(place)][1] for _, place in places))
                statements.append(f"update {name} set {what} where ({names}) in ({values});")
        return statements

    def changes(self, name: str, before: Row, after: Row) -> str:
        table, parts = metadata.tables[name], []
        for column, now in after.items():
            was = before[column]
            if was == now:
                continue
            if was is not None and now is not None and type_of(table, column).startswith(("numeric", "integer")):
                parts.append(f"{column} = {column} + ({now}) - ({was})")
            else:
                parts.append(f"{column} = {self.value(now, type_of(table, column))}")
        return ", ".join(parts)


def new_ids(written: Written) -> list[str]:
    """Those that are keys of new rows; what they refer to beside them was there before."""
    found: dict[str, None] = {}
    for name, rows in written.inserted.items():
        for column in metadata.tables[name].primary_key.columns:
            if type_of(metadata.tables[name], column.name) == "uuid" and not column.foreign_keys:
                found.update(dict.fromkeys(row[column.name] or "" for row in rows))
    return list(found)


def type_of(table: Table, column: str) -> str:
    return domain_sql.type_of(table.c[column]).lower()


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def same_rows(written: Written, schema: str, prelude: str, products: Mapping[str, str]) -> str:
    """Everything the command wrote, as its company's role, and the number in its own small transaction."""
    script = Script(written, products)
    inside = f"begin;\nset local role {schema};\nset local search_path to {schema};\n"
    series = [row["name"] or "" for row in written.inserted.get(NUMBERS, ())]
    series += [after["name"] or "" for _, after in written.changed.get(NUMBERS, ())]
    number = f"update {NUMBERS} set last = last + 1 where name = {quoted(series[0])} returning last as number"
    without_series = Script(written.only(set(written.inserted) - {NUMBERS} | set(written.changed)), products)
    return "".join(
        [
            prelude,
            inside,
            "set local synchronous_commit to off;\n",
            f"{number}, {script.draw} \\gset\ncommit;\n",
            inside,
            "\n".join([without_series.locks(), *without_series.inserts(), *without_series.updates()]),
            "\ncommit;\n",
        ]
    )


def minimal_rows(written: Written, prelude: str, products: Mapping[str, str]) -> str:
    """The order, its lines, the moves and the balances, in one commit: what no system could leave out."""
    script = Script(written.only(MINIMAL), products)
    return "".join(
        [
            prelude,
            f"select uuidv7() as number, {script.draw} \\gset\n",
            "\n".join(["begin;", script.locks(), *script.inserts(), *script.updates(), "commit;"]),
            "\n",
        ]
    )


# ---------------------------------------------------------------------------------------------------------------------
# Run
# ---------------------------------------------------------------------------------------------------------------------


def pgbench(server: Server, role: str, script: Path, clients: int, count: int, search_path: str = "") -> Sample:
    """About `count` transactions, the same number for each client."""
    each = max(1, count // clients)
    environment = {
        **os.environ,
        "PGPASSWORD": server.passwords[role],
        "PGOPTIONS": f"-c search_path={search_path}" if search_path else "",
    }
    command = [
        str(server.bin / "pgbench"),
        *("--no-vacuum", "--protocol=prepared", "--jobs=1", f"--client={clients}", f"--transactions={each}"),
        *("--host=127.0.0.1", f"--port={server.port}", f"--username={role}", f"--file={script}", server.database),
    ]
    with sample(server.pid) as taken:
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        rate = re.search(r"tps = ([\d.]+)", done.stdout)
        if done.returncode or rate is None or "number of failed transactions: 0 " not in done.stdout:
            raise RuntimeError(f"pgbench: {done.stderr.strip()[-800:] or done.stdout}")
        taken.count = each * clients
        taken.seconds = taken.count / float(rate.group(1))
    return taken
