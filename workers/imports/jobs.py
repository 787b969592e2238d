"""The jobs of an import: read, check, run. Each may be begun again after a kill at any point."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson

from domain.errors import Refused
from domain.files import write_file
from domain.ids import derived_id
from domain.imports import papers
from domain.imports.papers import Row
from domain.tx import Record
from tenants.access import Caller
from workers.imports.chunks import WHOLE, Group, Line, Manner
from workers.imports.deciders import make_ready
from workers.imports.detect import LOOKED_AT, detect_in, signature
from workers.imports.report import XLSX, Workbook, field_of
from workers.imports.run import Table, run
from workers.imports.sheets import look
from workers.imports.similar import Partners, Products, Proposal
from workers.imports.stored import corrected, mapped, opened
from workers.imports.table import LeftOut
from workers.jobs import Job, Stopped

SHOWN_AT_MOST = 20_000  # rows that are fine and kept all the same: for their differences, warnings, proposals
PIECE = 1 << 18
COUNTS = ("lines", "accepted", "changed", "unchanged", "refused")
ROW_STATUS = {"accepted": "new", "changed": "changed", "unchanged": "unchanged", "refused": "refused"}

About = dict[str, Any]


class Import:
    """The import that a job is for, and the job."""

    def __init__(self, job: Job, about: About) -> None:
        self.job, self.about, self.company = job, about, job.company
        self.id: UUID = about["id"]
        self.kind: str = about["kind"]

    @classmethod
    async def of(cls, job: Job) -> "Import":
        """Refuses: not_found; import_status, of a job that was tried again when the import had long gone on."""
        about = await papers.import_of(job.company, UUID(job.body["import_id"]))
        if about is None:
            raise Refused("not_found", "import_id", id=job.body["import_id"])
        if about["job_id"] != job.id:
            raise Refused("import_status", "import_id", status=about["status"])
        return cls(job, about)

    async def note(self, **columns: object) -> None:
        await papers.note(self.company, self.id, **columns)

    async def renewed(self) -> Caller:
        await self.job.look_up()
        return self.job.caller


@asynccontextmanager
async def at_work(job: Job, status: str, stopped: Mapping[str, str]) -> AsyncIterator[Import]:
    """Says where the import is while the job works on it, and when it is stopped or refused. `stopped`: what it is
    after which wish."""
    imported = await Import.of(job)
    await imported.note(status=status, code=None, details=None)
    try:
        yield imported
    except Stopped as stop:
        if stop.why in stopped:
            await imported.note(status=stopped[stop.why])
        raise
    except Refused as refusal:
        details = orjson.loads(orjson.dumps(refusal.details, default=str))
        await imported.note(status="failed", code=refusal.code, details=details, finished_at=datetime.now(UTC))
        raise


# --- read ---


async def read(job: Job) -> Mapping[str, Any]:
    async with at_work(job, "reading", {"cancel": "failed"}) as imported:
        asked, about = job.body, imported.about
        async with opened(job.company, about["file_id"]) as path:
            looked, _ = await asyncio.to_thread(look, path, LOOKED_AT)
            await job.breathe()
            name = Path(about["file_name"]).stem
            sheet, heading, kind = asked.get("sheet"), asked.get("heading_row"), asked.get("kind")
            detected = await asyncio.to_thread(detect_in, looked, kind, sheet, heading, name)
            marks = signature(detected.headings)
            before = await papers.remembered(job.company, marks, imported.id, kind)
            if before and kind is None and before["kind"] != detected.kind:
                detected = await asyncio.to_thread(detect_in, looked, before["kind"], sheet, heading, name)
        make_ready(detected.rows)
        fields = {column["index"]: column["field"] for column in before["columns"]} if before else {}
        columns = [
            {
                "index": column.index, "heading": column.heading, "guessed": column.field,
                "field": fields.get(column.index) if before else column.field,
            }
            for column in detected.columns
        ]  # fmt: skip
        samples = orjson.dumps([column.samples for column in detected.columns])
        await imported.note(
            status="mapping", kind=detected.kind, source=detected.source or "file", sheet=detected.sheet,
            heading_row=detected.heading_row, signature=marks, columns=columns, lines=detected.rows,
            sheets=[{"name": one.name, "rows": one.rows} for one, _ in looked],
            samples=job.company.keys.encrypt("import_job", "samples", imported.id, samples),
            options=before["options"] if before else about["options"],
        )  # fmt: skip
    return {"kind": detected.kind}


# --- check and run ---


class Marks:
    """What people have said about rows of a file: read before it is gone through."""

    def __init__(self) -> None:
        self.corrections: dict[int, dict[str, str]] = {}
        self.choices: dict[int, str] = {}
        self.rows: dict[int, Row] = {}

    @classmethod
    async def of(cls, imported: Import) -> "Marks":
        marks = cls()
        async for row in papers.kept(imported.company, imported.id):
            marks.rows[row.line] = row
            if right := row.content.get("corrections"):
                marks.corrections[row.line] = right
            if choice := row.content.get("choice"):
                marks.choices[row.line] = choice
        return marks

    @property
    def said(self) -> dict[int, str]:
        return {line: choice for line, choice in self.choices.items() if choice not in ("new", "out")}

    @property
    def left_out(self) -> set[int]:
        return {line for line, choice in self.choices.items() if choice == "out"}

    def lines(self, wanted: set[int], kind: str) -> list[Line]:
        """Kept rows as lines of a table, with all others of their documents."""
        if kind in WHOLE:
            numbers = {self.values(self.rows[line]).get("number") for line in wanted if line in self.rows}
            wanted = wanted | {line for line, row in self.rows.items() if self.values(row).get("number") in numbers}
        rows, out = [self.rows[line] for line in sorted(wanted) if line in self.rows], self.left_out
        return [
            Line(
                row.line, row.content.get("cells", ()), self.values(row),
                Refused("left_out") if row.line in out else None,
            )
            for row in rows
        ]  # fmt: skip

    def values(self, row: Row) -> dict[str, str]:
        return corrected(row.content.get("values") or {}, row.content.get("corrections") or {})


class Keeper:
    """Keeps the rows that somebody has to look at, chunk by chunk, and counts the others."""

    def __init__(self, imported: Import, marks: Marks, total: int, *, dry: bool) -> None:
        self.imported, self.marks, self.total, self.dry = imported, marks, total, dry
        self.counts: Counter[str] = Counter()
        self.fine = self.proposed = self.done = 0
        self.similar: Partners | Products | None = None

    async def after(self, groups: Sequence[Group], records: Sequence[Record]) -> None:
        imported = self.imported
        proposals = await self.proposals(groups, records) if self.dry else {}
        rows: list[Row] = []
        gone: list[int] = []
        for group, record in zip(groups, records, strict=True):
            self.counts[record.status] += 1
            self.counts["lines"] += len(group)
            for line in group:
                if row := self.row(line, record, proposals.get(line.number)):
                    rows.append(row)
                elif line.number in self.marks.rows:
                    gone.append(line.number)
        if rows or gone:
            await papers.keep(imported.company, imported.id, rows, gone)
        self.done += sum(map(len, groups))
        imported.job.tell(self.done, max(self.total, self.done))
        await imported.job.breathe()

    async def proposals(self, groups: Sequence[Group], records: Sequence[Record]) -> dict[int, list[Proposal]]:
        if self.imported.kind not in ("products", "partners"):
            return {}
        if self.similar is None:
            company = self.imported.company
            self.similar = await Partners.of(company) if self.imported.kind == "partners" else Products(company)
        pairs = zip(groups, records, strict=True)
        return await self.similar.look(
            [(group[0].number, group[0].values) for group, record in pairs if record.status == "accepted"]
        )

    def row(self, line: Line, record: Record, proposals: list[Proposal] | None) -> Row | None:
        """None: nobody has to look at it."""
        before = self.marks.rows.get(line.number)
        said = {name: before.content[name] for name in ("corrections", "choice") if before and name in before.content}
        refused, details = record.status == "refused", dict(record.details)
        warnings, changes = details.pop("warnings", None), details.pop("changes", None)
        if not refused and not said:  # what was put right is kept to the end: a run that is cut off needs it again
            if not (warnings or (self.dry and (changes or proposals))) or self.fine == SHOWN_AT_MOST:
                return None
            self.fine += 1
        open_ = bool(proposals) and "choice" not in said
        self.proposed += open_
        original = before.content.get("values") if before and "corrections" in said else line.values
        content = {
            "cells": line.cells, "values": original, **said, "details": details if refused else None,
            "warnings": warnings, "changes": changes, "proposals": proposals,
        }  # fmt: skip
        code = record.code or (warnings[0]["code"] if warnings else None)
        kept = {name: value for name, value in content.items() if value}
        return Row(
            line.number, ROW_STATUS[record.status], kept, code, field_of(record) or None, open_,
            bool(said and before and before.corrected),
        )  # fmt: skip


def manner(imported: Import, marks: Marks, **more: Any) -> Manner:
    options = imported.about["options"]
    source = options.get("source")
    return Manner(
        source if source not in (None, "file") else imported.about["source"],
        same_code=options.get("same_code", "update") == "update", reserve=options.get("reserve", True),
        choices=marks.said, **more,
    )  # fmt: skip


async def through(imported: Import, marks: Marks, lines: list[Line] | None, keeper: Keeper, **more: Any) -> LeftOut:
    """All lines of the file, or these; what of it is no data, where it is gone through as a whole."""
    about = imported.about

    async def go(lines: Any, **also: Any) -> None:
        table = Table([], lines, keeper.total)
        await run(
            imported.job.caller, imported.kind, table, manner(imported, marks, **more, **also), after=keeper.after,
            renew=imported.renewed,
        )  # fmt: skip

    async with opened(imported.company, about["file_id"]) as path:
        table = mapped(path, about, marks.corrections, marks.left_out)
        said = about["options"].get("date_order", "auto")
        order = await asyncio.to_thread(table.order) if said == "auto" else said
        rows = table.lines() if lines is None else iter(lines)
        await go(rows, order=order)
    return table.detected.left_out


async def check(job: Job) -> Mapping[str, Any]:
    if ended := await over(job, "checked"):
        return ended
    async with at_work(job, "checking", {"cancel": "mapping"}) as imported:
        marks, about = await Marks.of(imported), imported.about
        only = job.body.get("lines")
        if only is None:
            marks.rows = {
                line: row for line, row in marks.rows.items() if {"corrections", "choice"} & row.content.keys()
            }
            await papers.forget(job.company, imported.id)
            await papers.keep(job.company, imported.id, list(marks.rows.values()))
        lines = None if only is None else marks.lines(set(only), imported.kind)
        keeper = Keeper(imported, marks, about["lines"] if lines is None else len(lines), dry=True)
        left_out = await through(imported, marks, lines, keeper, dry=True)
        counts = {name: keeper.counts[name] for name in COUNTS}
        if lines is not None:  # of a file that was checked, or run, as a whole before
            before = Counter({name: about[name] for name in COUNTS})
            counts = {name: before[name] for name in COUNTS}
            if about["finished_at"] is None:
                counts = changed_counts(before, marks, lines, keeper)
        report_id = await reported(imported, "check")
        proposed = keeper.proposed if lines is None else await still_proposed(imported)
        passed = {name: count for name, count in asdict(left_out).items() if count}
        whole = {"left_out": passed} if lines is None else {}
        await imported.note(status="checked", proposed=proposed, report_id=report_id, **whole, **counts)
    return {"file_id": report_id and str(report_id), **counts}


def changed_counts(before: Counter[str], marks: Marks, lines: Sequence[Line], keeper: Keeper) -> dict[str, int]:
    """Records that were counted as one thing are counted as another now."""
    seen: set[str] = set()
    for line in lines:
        number = line.values.get("number", str(line.number))
        if number not in seen:
            seen.add(number)
            was = marks.rows[line.number].status
            before["accepted" if was == "new" else was] -= 1
    return {name: before[name] + (keeper.counts[name] if name != "lines" else 0) for name in COUNTS}


async def still_proposed(imported: Import) -> int:
    return sum([row.proposed async for row in papers.kept(imported.company, imported.id)])


async def run_import(job: Job) -> Mapping[str, Any]:
    """The whole file; after that was done once, what was put right since."""
    if ended := await over(job, "done"):
        await settle(await Import.of(job))
        return ended
    async with at_work(job, "running", {"pause": "paused", "cancel": "checked"}) as imported:
        marks, about = await Marks.of(imported), imported.about
        again = about["finished_at"] is not None
        lines = (
            marks.lines({line for line, row in marks.rows.items() if row.corrected}, imported.kind) if again else None
        )
        keeper = Keeper(imported, marks, about["lines"] if lines is None else len(lines), dry=False)
        run_id = uuid5(imported.id, f"round {job.body['round']}")
        if not again:  # what was kept of the check was for looking before
            fine = [line for line, row in marks.rows.items() if not {"corrections", "choice"} & row.content.keys()]
            for line in fine:
                del marks.rows[line]
            await papers.keep(job.company, imported.id, [], fine)
        resumed = job.done > 0 or bool(await papers.steps(job.company, imported.id))
        await through(imported, marks, lines, keeper, run_id=run_id, import_id=imported.id, resumed=resumed)
        counts = {name: keeper.counts[name] for name in COUNTS}
        if lines is not None:
            counts = {name: about[name] + (counts[name] if name != "lines" else 0) for name in COUNTS}
            counts["refused"] -= len({line.values.get("number", line.number) for line in lines})
        report_id = await reported(imported, "run")
        done = datetime.now(UTC)
        await imported.note(status="done", proposed=0, report_id=report_id, finished_at=done, **counts)
        await settle(imported)
    return {"file_id": report_id and str(report_id), **counts}


async def over(job: Job, status: str) -> Mapping[str, Any] | None:
    """What an attempt has said that died between its last word and its end."""
    about = (await Import.of(job)).about
    if about["status"] != status:
        return None
    return {"file_id": about["report_id"] and str(about["report_id"]), **{name: about[name] for name in COUNTS}}


async def settle(imported: Import) -> None:
    """Forget rows that were put right and are fine now; the others wait for somebody again."""
    rows = [row async for row in papers.kept(imported.company, imported.id)]
    fine = [row.line for row in rows if row.status != "refused" and not row.content.get("warnings")]
    again = [replace(row, corrected=False) for row in rows if row.corrected and row.line not in fine]
    await papers.keep(imported.company, imported.id, again, fine)


async def reported(imported: Import, what: str) -> UUID | None:
    """Every row that is kept, with the reason beside it; none where there is none."""
    id = derived_id(imported.id, "report", what)
    with tempfile.TemporaryDirectory(prefix="huotong-import-") as folder:
        path = Path(folder) / "report.xlsx"
        book = Workbook(path, imported.about["columns"])
        async for row in papers.kept(imported.company, imported.id):
            book.write(row)
        if not book.rows:
            return None
        await asyncio.to_thread(book.close)
        with path.open("rb") as file:
            await write_file(
                imported.company, id=id, name=f"{Path(imported.about['file_name']).stem}.report.xlsx", media_type=XLSX,
                purpose="report", permission="import.run", actor_id=imported.job.actor_id,
                chunks=iter(lambda: file.read(PIECE), b""),
            )  # fmt: skip
    return id
