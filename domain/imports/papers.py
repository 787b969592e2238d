"""What jobs write down about their imports: where they are, and the rows that somebody has to look at.

No business data, so no commands: the work itself goes through `execute`, as everything does.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import orjson

from domain.ids import derived_id
from domain.plain import dump
from tenants.registry import Company
from tenants.transaction import read_transaction, write_transaction

AT_ONCE = 1000
IMPORT: LiteralString = """select id, job_id, file_id, file_name, actor_id, status, kind, source, sheet, heading_row,
 columns, options, round, report_id, lines, accepted, changed, unchanged, refused, proposed, finished_at
 from import_job where id = $1"""
REMEMBERED: LiteralString = """select kind, columns, options from import_job
 where signature = $1 and id <> $2 and kind is not null and ($3::text is null or kind = $3)
 and status not in ('reading', 'mapping', 'failed') order by created_at desc limit 1"""
# what the document names; the rest stays as it is
NOTE: LiteralString = """update import_job i set (status, kind, source, sheet, heading_row, signature, sheets, columns,
  samples, options, lines, accepted, changed, unchanged, refused, proposed, left_out, code, details, report_id,
  finished_at)
 = (select r.status, r.kind, r.source, r.sheet, r.heading_row, r.signature, r.sheets, r.columns, r.samples, r.options,
  r.lines, r.accepted, r.changed, r.unchanged, r.refused, r.proposed, r.left_out, r.code, r.details, r.report_id,
  r.finished_at
  from jsonb_populate_record(i, $2::jsonb) r) where i.id = $1"""
TOLD: LiteralString = """insert into change (entity, entity_id, bucket, gone)
 select 'import', id, 'u:' || actor_id, false from import_job where id = $1"""
ROWS: LiteralString = """select id, line, status, code, field, proposed, corrected, content from import_row
 where import_id = $1 and line > $2 order by line limit $3"""
KEEP: LiteralString = """insert into import_row (id, import_id, line, status, code, field, proposed, corrected, content)
 select id, $1, line, status, code, field, proposed, corrected, content
 from unnest($2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::bool[], $9::bytea[])
 as r(id, line, status, code, field, proposed, corrected, content)
 on conflict (id) do update set status = excluded.status, code = excluded.code, field = excluded.field,
 proposed = excluded.proposed, corrected = excluded.corrected, content = excluded.content"""
FORGET: LiteralString = "delete from import_row where import_id = $1 and id = any($2)"
FORGET_ALL: LiteralString = "delete from import_row where import_id = $1"
STEPS: LiteralString = "select command_id from import_step where import_id = $1 order by recorded_at desc, command_id"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file that is kept. `content`: cells, values, corrections, choice, details, warnings, changes,
    proposals, each where there is something."""

    line: int
    status: str
    content: Mapping[str, Any]
    code: str | None = None
    field: str | None = None
    proposed: bool = False
    corrected: bool = False


async def import_of(company: Company, id: UUID) -> dict[str, Any] | None:
    async with read_transaction(company) as door:
        row: Any = await door.raw.fetchrow(IMPORT, id)
    return dict(row) if row else None


async def remembered(company: Company, signature: str, other_than: UUID, kind: str | None) -> dict[str, Any] | None:
    """How the last file with these headings was mapped."""
    async with read_transaction(company) as door:
        row: Any = await door.raw.fetchrow(REMEMBERED, signature, other_than, kind)
    return dict(row) if row else None


async def note(company: Company, id: UUID, **columns: object) -> None:
    """What is known of an import now, for those who look."""
    async with write_transaction(company) as door:
        await door.raw.execute(NOTE, id, dump(columns))
        await door.raw.execute(TOLD, id)
    company.database.doorbell.ring(company)


def row_id(import_id: UUID, line: int) -> UUID:
    return derived_id(import_id, "row", line)


async def keep(company: Company, import_id: UUID, rows: Sequence[Row], gone: Iterable[int] = ()) -> None:
    """Write down rows, and forget others."""
    ids = [row_id(import_id, row.line) for row in rows]
    contents = [
        company.keys.encrypt("import_row", "content", id, orjson.dumps(row.content, default=str))
        for id, row in zip(ids, rows, strict=True)
    ]
    async with write_transaction(company) as door:
        if forgotten := [row_id(import_id, line) for line in gone]:
            await door.raw.execute(FORGET, import_id, forgotten)
        if rows:
            await door.raw.execute(
                KEEP, import_id, ids, [row.line for row in rows], [row.status for row in rows],
                [row.code for row in rows], [row.field for row in rows], [row.proposed for row in rows],
                [row.corrected for row in rows], contents,
            )  # fmt: skip


async def forget(company: Company, import_id: UUID) -> None:
    async with write_transaction(company) as door:
        await door.raw.execute(FORGET_ALL, import_id)


async def kept(company: Company, import_id: UUID) -> AsyncIterator[Row]:
    """In the order of the file."""
    last = -1
    while True:
        async with read_transaction(company) as door:
            rows = await door.raw.fetch(ROWS, import_id, last, AT_ONCE)
        for row in rows:
            content = orjson.loads(company.keys.decrypt("import_row", "content", row["id"], row["content"]))
            yield Row(
                row["line"], row["status"], content, row["code"], row["field"], row["proposed"], row["corrected"]
            )  # fmt: skip
        if len(rows) < AT_ONCE:
            return
        last = rows[-1]["line"]


async def steps(company: Company, import_id: UUID) -> list[UUID]:
    """The commands that can be taken back, the latest first."""
    async with read_transaction(company) as door:
        return [row["command_id"] for row in await door.raw.fetch(STEPS, import_id)]
