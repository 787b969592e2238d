"""The tables of one company as one script, rendered once from the declarations."""

from functools import cache
from pathlib import Path

from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.schema import CreateIndex, CreateTable

import domain.attention.tables
import domain.audit.tables
import domain.imports.tables
import domain.inventory.attachments
import domain.inventory.tables
import domain.jobs.tables
import domain.masterdata.tables
import domain.purchasing.tables
import domain.sales.tables
import domain.valuation.tables  # noqa: F401
from domain.base import metadata
from domain.inventory.places import VIRTUAL

REVISIONS = Path(__file__).with_name("migrations")
TABLES_AT_MOST = 60  # each costs memory and catalog in every company


@cache
def creation(role: str = "{role}") -> str:
    """CREATE and GRANT for every table, and the rows that every company has. `role` is the company's own."""
    made = dialect()
    script: list[str] = []
    for table in metadata.sorted_tables:
        script.append(str(CreateTable(table).compile(dialect=made)))
        script += [str(CreateIndex(index).compile(dialect=made)) for index in sorted(table.indexes, key=str)]
        script.append(f"grant {table.info['grants']} on {table.name} to {role}")
    script.append("insert into setting default values")
    script.append("insert into feed_head default values")
    script.append("insert into seal_head default values")
    rows = ", ".join(f"('{id}', '{kind}', '{kind}', '{kind}')" for kind, id in VIRTUAL.items())
    script.append(f"insert into location (id, kind, code, name) values {rows}")
    assert len(metadata.tables) <= TABLES_AT_MOST
    return ";\n".join(script)
