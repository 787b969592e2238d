"""Steers imports: read, mapped, checked, run, corrected, undone. The work itself is done by jobs (workers/imports)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from annotated_types import Interval, Len

from domain import sql
from domain.command import Name, Note, command
from domain.errors import Refused
from domain.ids import derived_id
from domain.imports import rules
from domain.imports.kinds import KINDS
from domain.imports.tables import import_job, import_row
from domain.jobs import commands as jobs
from domain.tx import Run, Tx
from tenants.keys import CompanyKeys

ROWS_AT_MOST = 1000
KindName = Literal[
    "products", "partners", "price_list", "opening_stock", "purchase_orders", "sales_orders", "sales"
]  # fmt: skip
Job = Mapping[str, Any]

# --- commands ---


@command
class BeginImport:
    """Read an uploaded file: its sheets, its headings, what its rows may be."""

    import_id: UUID
    file_id: UUID


@command
class MappedColumn:
    """`field`: which one it fills; none for a column that means nothing here."""

    column: Annotated[int, Interval(ge=0, le=500)]
    field: Name | None = None


@command
class ImportOptions:
    """`source`: whose numbers they are. `same_code`: whether a record with the code of one that is there is that one.
    `reserve`: whether open orders of customers reserve what is here. `date_order`: of day, month and year; "auto": what
    leaves no date of the column without a meaning."""

    source: Name = "file"
    same_code: Literal["update", "refuse"] = "update"
    reserve: bool = True
    date_order: Literal["auto", "ymd", "mdy", "dmy"] = "auto"


@command
class MapImport:
    """Say what the rows are and which column is which field. Another sheet or row of headings is read again, and its
    columns are guessed anew; of another sheet the kind as well, where it is not another one than before."""

    import_id: UUID
    kind: KindName
    sheet: Name | None = None
    heading_row: Annotated[int, Interval(ge=0)] | None = None
    columns: tuple[MappedColumn, ...] = ()
    options: ImportOptions | None = None


@command
class CheckImport:
    """Decide every row without writing any: what is new, what would change and how, what is refused and why."""

    import_id: UUID


@command
class RunImport:
    """Take the rows over; after a first run, those that were put right since."""

    import_id: UUID


@command
class CorrectedValue:
    """What a field of a row is to be instead; nothing: it is to be empty."""

    field: Name
    value: Note


@command
class CorrectedRow:
    """A row of the file by its line."""

    line: Annotated[int, Interval(ge=1)]
    values: Annotated[tuple[CorrectedValue, ...], Len(1, 50)]


@command
class CorrectImportRows:
    """Put rows right that were refused, or warned about. They alone are checked again."""

    import_id: UUID
    rows: Annotated[tuple[CorrectedRow, ...], Len(1, ROWS_AT_MOST)]


@command
class Choice:
    """`entity_id`: the row is that one; none: it is new all the same. `leave_out`: it is not taken over at all."""

    line: Annotated[int, Interval(ge=1)]
    entity_id: UUID | None = None
    leave_out: bool = False


@command
class ChooseDuplicates:
    """Say of rows that look like something which is there whether they are it."""

    import_id: UUID
    rows: Annotated[tuple[Choice, ...], Len(1, ROWS_AT_MOST)]


@command
class UndoImport:
    """Take back what the import made and changed, as far as nothing depends on it."""

    import_id: UUID


# --- what is loaded and written ---

FILE = sql.rows(
    "files",
    """select f.id, f.name from stored_file f where f.purpose = 'upload' and f.size is not null
 and f.id in (select jsonb_array_elements_text($2::jsonb -> 'files')::uuid)""",
)
LOAD_FILE = sql.statement(FILE)
IMPORTS = sql.rows(
    "imports",
    """select i.id, i.file_name, i.status, i.kind, i.sheet, i.heading_row, i.columns, i.options, i.round, i.job_id
 from import_job i where i.id in (select jsonb_array_elements_text($2::jsonb -> 'ids')::uuid)
 order by i.id for no key update""",
)
JOBS = sql.rows(
    "jobs",
    """select j.id, j.status from job j where j.id in (select i.job_id from import_job i
 where i.id in (select jsonb_array_elements_text($2::jsonb -> 'ids')::uuid)) order by j.id for share""",
)
LOAD = sql.statement(IMPORTS, JOBS)
ROWS = sql.rows(
    "rows",
    """select r.id, r.import_id, r.line, r.content from import_row r
 where r.id in (select jsonb_array_elements_text($2::jsonb -> 'rows')::uuid) order by r.id for no key update""",
)
LOAD_ROWS = sql.statement(IMPORTS, JOBS, ROWS)
STEERED = ("status", "kind", "sheet", "heading_row", "columns", "options", "round", "job_id", "code", "details")
MADE_BY_JOBS = (
    "kind", "source", "sheet", "heading_row", "signature", "sheets", "columns", "samples", "options", "round", "lines",
    "accepted", "changed", "unchanged", "refused", "proposed", "left_out", "code", "details", "report_id",
    "created_at", "finished_at",
)  # fmt: skip
WRITE_NEW = sql.statement(sql.insert(import_job, without=MADE_BY_JOBS), jobs.JOB)
WRITE = sql.statement(sql.update(import_job, STEERED, "steered"), jobs.JOB)
WRITE_ROWS = sql.statement(
    sql.update(import_job, STEERED, "steered"), sql.update(import_row, ("content", "corrected", "proposed")), jobs.JOB
)


def seal_row(keys: CompanyKeys, id: UUID, content: Mapping[str, Any]) -> bytes:
    return keys.encrypt("import_row", "content", id, orjson.dumps(content, default=str))


def open_row(keys: CompanyKeys, id: UUID, content: bytes) -> dict[str, Any]:
    return orjson.loads(keys.decrypt("import_row", "content", id, content))


# --- handlers ---


async def begin_import(tx: Tx) -> None:
    loaded = await tx.load(LOAD_FILE, {"files": [run.cmd.file_id for run in tx.runs]})
    files = {row["id"]: row["name"] for row in loaded["files"]}

    def decide(run: Run) -> Mapping[str, Any]:
        """Refuses: not_found."""
        cmd: BeginImport = run.cmd
        if (name := files.get(str(cmd.file_id))) is None:
            raise Refused("not_found", "file_id", id=cmd.file_id)
        job_id = begin(tx, run, "import_read", name)
        tx.rows["import_job"].append(
            {
                "id": cmd.import_id, "file_id": cmd.file_id, "file_name": name, "actor_id": run.caller.actor_id,
                "status": "reading", "job_id": job_id,
            }
        )  # fmt: skip
        tx.changed("import", cmd.import_id, bucket=f"u:{run.caller.actor_id}")
        return {"import_id": cmd.import_id, "job_id": job_id}

    tx.decide(decide)
    tx.write(WRITE_NEW, {})


def begin(tx: Tx, run: Run, kind: str, label: str, /, **body: object) -> UUID:
    """The job that does what the command asks for."""
    job_id = derived_id(run.call.id, kind)
    jobs.enqueue(tx, run, id=job_id, kind=kind, label=label, body={"import_id": run.cmd.import_id, **body})
    return job_id


class Imports:
    """Imports as they stand after what was decided so far."""

    def __init__(self, tx: Tx, loaded: Mapping[str, Sequence[Job]]) -> None:
        self.tx = tx
        states = {row["id"]: row["status"] for row in loaded["jobs"]}
        # A job that this statement does not see was begun while it waited for the import.
        self.sheet = tx.sheet(
            {
                UUID(row["id"]): {**row, "working": row["job_id"] and states.get(row["job_id"], "queued")}
                for row in loaded["imports"]
            }
        )

    def get(self, id: UUID, allowed: Sequence[str] | None = None) -> Job:
        """Refuses: not_found, import_busy, import_status."""
        if (found := self.sheet.get(id)) is None:
            raise Refused("not_found", "import_id", id=id)
        rules.free(found, allowed)
        return found

    def put(self, run: Run, job: Job, **changes: object) -> Mapping[str, Any]:
        """The answer of the command as well."""
        working = {"working": "queued"} if "job_id" in changes else {}
        now = {**job, "job_id": None, "code": None, "details": None, **changes, **working}
        self.sheet.put(run.cmd.import_id, now)
        self.tx.changed("import", run.cmd.import_id, bucket=f"u:{run.caller.actor_id}")
        return {"import_id": run.cmd.import_id, "job_id": now["job_id"], "import_status": now["status"]}

    def rows(self) -> dict[str, Any]:
        return {"steered": [{name: row[name] for name in ("id", *STEERED)} for row in self.sheet.changed()]}


async def steer(tx: Tx, decision: Any) -> None:
    imports = Imports(tx, await tx.load(LOAD, {"ids": [run.cmd.import_id for run in tx.runs]}))
    tx.decide(lambda run: decision(imports, run))
    tx.write(WRITE, imports.rows())


async def map_import(tx: Tx) -> None:
    def decide(imports: Imports, run: Run) -> Mapping[str, Any]:
        """Refuses: as `get` and `may`, and what `mapped` refuses."""
        cmd: MapImport = run.cmd
        job = imports.get(cmd.import_id, rules.READ)
        may(run, cmd.kind)
        options = job["options"] if cmd.options is None else plain(cmd.options)
        where = {"sheet": cmd.sheet or job["sheet"], "heading_row": job["heading_row"]}
        if cmd.heading_row is not None:
            where["heading_row"] = cmd.heading_row
        if where != {name: job[name] for name in where} or (job["kind"] != cmd.kind and not cmd.columns):
            # nobody has said yet what another sheet holds
            kind = None if cmd.kind == job["kind"] and where["sheet"] != job["sheet"] else cmd.kind
            asked = {"sheet": where["sheet"], "heading_row": cmd.heading_row, "kind": kind}
            job_id = begin(tx, run, "import_read", job["file_name"], **asked)
            return imports.put(run, job, status="reading", kind=cmd.kind, options=options, job_id=job_id)
        said = [(column.column, column.field) for column in cmd.columns]
        said = said or [(column["index"], column["field"]) for column in job["columns"]]
        columns = rules.mapped(cmd.kind, said, job["columns"])
        return imports.put(run, job, status="mapping", kind=cmd.kind, columns=columns, options=options)

    await steer(tx, decide)


def plain(options: ImportOptions) -> dict[str, Any]:
    return asdict(options)


def may(run: Run, kind: str) -> None:
    """The rows themselves are decided with the rights that the caller has as they are run. Refuses: forbidden."""
    permission = KINDS[kind].permission
    if permission not in run.caller.permissions:
        raise Refused("forbidden", "kind", permission=permission)


async def check_import(tx: Tx) -> None:
    def decide(imports: Imports, run: Run) -> Mapping[str, Any]:
        """Refuses: as `get` and `may`, and what `mapped` refuses."""
        job = imports.get(run.cmd.import_id, ("mapping", "checking", "checked", "undone"))
        mapped(run, job)
        job_id = begin(tx, run, "import_check", job["file_name"])
        return imports.put(run, job, status="checking", job_id=job_id)

    await steer(tx, decide)


def mapped(run: Run, job: Job) -> None:
    """Refuses: import_status, columns_missing, forbidden."""
    if job["kind"] is None:
        raise Refused("import_status", "import_id", status=job["status"])
    may(run, job["kind"])
    rules.mapped(job["kind"], [(column["index"], column["field"]) for column in job["columns"]], job["columns"])


async def run_import(tx: Tx) -> None:
    def decide(imports: Imports, run: Run) -> Mapping[str, Any]:
        """Refuses: as `get` and `may`."""
        job = imports.get(run.cmd.import_id, rules.CHECKED)
        may(run, job["kind"])
        job_id = begin(tx, run, "import_run", job["file_name"], round=job["round"] + 1)
        return imports.put(run, job, status="running", round=job["round"] + 1, job_id=job_id)

    await steer(tx, decide)


async def undo_import(tx: Tx) -> None:
    def decide(imports: Imports, run: Run) -> Mapping[str, Any]:
        """Refuses: as `get` and `may`."""
        job = imports.get(run.cmd.import_id, rules.BEGUN)
        if job["kind"] is None:
            raise Refused("import_status", "import_id", status=job["status"])
        may(run, job["kind"])
        job_id = begin(tx, run, "import_undo", job["file_name"])
        return imports.put(run, job, status="undoing", job_id=job_id)

    await steer(tx, decide)


# --- rows that somebody has looked at ---


async def correct_import_rows(tx: Tx) -> None:
    def apply(job: Job, row: CorrectedRow, content: dict[str, Any]) -> dict[str, Any]:
        """Refuses: unknown_field."""
        values = dict(content.get("corrections") or {})
        for one in row.values:
            if one.field not in KINDS[job["kind"]].fields:
                raise Refused("unknown_field", "rows", value=one.field)
            values[one.field] = one.value.strip()
        return {**content, "corrections": values}

    await put_right(tx, apply)


async def choose_duplicates(tx: Tx) -> None:
    def apply(job: Job, row: Choice, content: dict[str, Any]) -> dict[str, Any]:
        """Refuses: not_found."""
        if row.leave_out or row.entity_id is None:
            return {**content, "choice": "out" if row.leave_out else "new"}
        proposed = {proposal["id"]: proposal for proposal in content.get("proposals") or () if proposal.get("id")}
        if str(row.entity_id) not in proposed:
            raise Refused("not_found", "rows", id=row.entity_id)
        return {**content, "choice": str(row.entity_id)}

    await put_right(tx, apply)


async def put_right(tx: Tx, apply: Any) -> None:
    wanted = {
        derived_id(run.cmd.import_id, "row", row.line): None for run in tx.runs for row in run.cmd.rows
    }  # fmt: skip
    loaded = await tx.load(
        LOAD_ROWS, {"ids": [run.cmd.import_id for run in tx.runs], "rows": list(wanted)}
    )  # fmt: skip
    imports, keys = Imports(tx, loaded), tx.company.keys
    rows = tx.sheet({UUID(row["id"]): open_row(keys, UUID(row["id"]), unhex(row["content"])) for row in loaded["rows"]})

    def decide(run: Run) -> Mapping[str, Any]:
        """Refuses: as `get`, not_found of a line, and what `apply` refuses."""
        job = imports.get(run.cmd.import_id, rules.CHECKED)
        lines = []
        for row in run.cmd.rows:
            id = derived_id(run.cmd.import_id, "row", row.line)
            if (content := rows.get(id)) is None:
                raise Refused("not_found", "rows", id=row.line)
            rows.put(id, apply(job, row, content))
            lines.append(row.line)
        job_id = begin(tx, run, "import_check", job["file_name"], lines=lines)
        return imports.put(run, job, status="checking", job_id=job_id)

    tx.decide(decide)
    changed = [
        {"id": id, "content": seal_row(keys, id, content), "corrected": True, "proposed": False}
        for id, content in rows.now.items()
        if content != rows.loaded[id]
    ]
    tx.write(WRITE_ROWS, {**imports.rows(), "import_row": changed})


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("\\x"))
