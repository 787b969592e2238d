"""`huotong reconcile`, `verify-log`, `verify-certificate`, `redact`: whether all is as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from infra.console import Json, console, fail, progress, remarks, show
from infra.operate import installed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.audit.verify import Anchor, Verdict
    from infra.installation import Installation
    from workers.certificate import Certificate
    from workers.reconcile import Report

Company = Annotated[str | None, typer.Option("--company", help="Only this one.")]

CAUSES = {
    "missing": "{name} at {at} is not in it",
    "twice": "{name} at {at} is in it twice",
    "behind": "it stands where it stood before {name} at {at}",
    "outside": "the row was last written by no command, after {name} at {at}",
    "window": "no command explains it",
    "named": "{name} at {at}",
}


def reconcile(company: Company = None, as_json: Json = False) -> None:
    """Compare balances, reservations, values, documents and statuses with the moves, and name the first cause of what
    differs; exit status 1 if something does."""

    async def work(here: Installation) -> list[Report]:
        from workers.reconcile import reconcile

        chosen = [await here.company(company)] if company else await here.registry.find()
        reports = []
        with progress("companies", len(chosen)) as advance:
            for one in chosen:
                reports.append(await reconcile(one))
                advance(1)
        return reports

    reports = installed(work)
    if as_json:
        show(as_json, [facts_of_report(report) for report in reports], "")
    else:
        for report in reports:
            show_report(report)
    raise typer.Exit(0 if all(report.clean for report in reports) else 1)


def facts_of_report(report: Report) -> dict[str, Any]:
    from dataclasses import asdict

    names = ("company", "checked_at", "moves", "counts", "clean", "feed", "log_n")
    differences = [asdict(one) | {"command": command_of(report, one)[0]} for one in report.differences]
    facts = {name: getattr(report, name) for name in names}
    return facts | {"log_hash": report.log_chain.hex(), "differences": differences}


def show_report(report: Report) -> None:
    total = sum(report.counts.values())
    console.print(f"{report.company}: {report.moves} moves, {total or 'no'} differences", markup=False)
    for one in report.differences:
        kept = (
            f"{one.check} {one.key}: {one.what} is {one.found or 'nothing'}, by the moves {one.expected or 'nothing'}"
        )
        console.print(kept, markup=False, soft_wrap=True)
        console.print(f"  first cause: {cause_in_words(report, one)}", markup=False, soft_wrap=True)
    if total > len(report.differences):
        console.print(f"and {total - len(report.differences)} more", markup=False)


def cause_in_words(report: Report, one: Any) -> str:
    name, id = command_of(report, one)
    cause = one.cause
    said = CAUSES[cause.kind].format(name=f"{name} {id}", at=f"{cause.at:%Y-%m-%d %H:%M:%S}" if cause.at else "")
    line = f", line {cause.line} of document {cause.document_id}" if cause.line and cause.kind != "outside" else ""
    since = f"; it was right at {cause.since:%Y-%m-%d %H:%M:%S}" if cause.since else ""
    others = f"; {cause.candidates} commands would explain it" if cause.candidates > 1 else ""
    return said + line + since + others


def command_of(report: Report, one: Any) -> tuple[str, str]:
    if one.cause.command_id is None:
        return "no command", ""
    known = report.commands.get(one.cause.command_id)
    return (known["name"] if known else "a command that the log does not know"), str(one.cause.command_id)


def verify_log(
    company: Company = None,
    bodies: Annotated[bool, typer.Option("--bodies", help="Also what the calls said and answered.")] = False,
    certificate: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Certificates kept elsewhere: the log has to agree with them."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Walk the sealed log and name the first row that was altered, removed, inserted or reordered; exit status 1 then.

    It is compared with all certificates that the company has itself, too; only one that was kept elsewhere shows that
    the end of the log was cut off together with them."""

    async def work(here: Installation) -> list[Verdict]:
        from domain.audit.verify import verify
        from tenants.signing import SigningKeys
        from workers.certificate import anchors_of, read

        keys = await SigningKeys.open(here.database, here.master)
        given = [read(path.read_bytes(), keys.known()) for path in certificate or ()]
        chosen = [await here.company(company)] if company else await here.registry.find()
        verdicts = []
        for one in chosen:
            anchors: list[Anchor] = [*await anchors_of(one), *outside(given, one.id)]
            with progress(f"rows of {one.slug}") as advance:
                verdicts.append(await verify(one, anchors, bodies=bodies, done=advance))
        return verdicts

    verdicts = installed(work)
    if as_json:
        show(as_json, [facts_of_verdict(verdict) for verdict in verdicts], "")
    else:
        for verdict in verdicts:
            console.print(verdict_in_words(verdict), markup=False, soft_wrap=True)
    raise typer.Exit(0 if all(verdict.clean for verdict in verdicts) else 1)


def outside(given: Sequence[Certificate], company_id: UUID) -> list[Anchor]:
    return [one.anchor for one in given if one.company_id == company_id]


def facts_of_verdict(verdict: Verdict) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(verdict) | {"clean": verdict.clean}


def verdict_in_words(verdict: Verdict) -> str:
    said = f"{verdict.company}: {verdict.rows} rows as they were sealed, {verdict.anchors} certificates agree"
    said += f", {verdict.unsealed} rows not sealed yet" if verdict.unsealed else ""
    fault = verdict.fault
    if fault is None:
        return said
    row = f"row {fault.n}" if fault.n else "a row that was never sealed"
    what = " ".join(str(part) for part in (fault.name, fault.id, fault.recorded_at) if part)
    return f"{said}\n{row} was {fault.kind}: {what or 'it is not there'} ({fault.reason})"


def verify_certificate(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A certificate, as it was downloaded.")],
    as_json: Json = False,
) -> None:
    """Check that this instance signed it and that it is as it was signed; exit status 1 if not."""

    async def work(here: Installation) -> Certificate:
        from tenants.signing import SigningKeys
        from workers.certificate import BadCertificate, read

        keys = await SigningKeys.open(here.database, here.master)
        try:
            return read(file.read_bytes(), keys.known())
        except BadCertificate as error:
            fail(f"{file}: {error}")

    found = installed(work)
    said = found.said
    total = sum(said["differences"].values())
    text = (
        f"{said['company']['name']}, {said['checked_at']}: {said['moves']} moves, {total or 'no'} differences; "
        f"the log had {said['log']['n']} rows. Signed by this instance with the key {found.kid}."
    )
    show(as_json, {"valid": True, "kid": found.kid, "certificate": said}, text)


def redact(
    calls: Annotated[list[str], typer.Argument(help="Ids of the calls, as the log has them.")],
    company: Annotated[str, typer.Option("--company", help="The company's short name.")],
    as_json: Json = False,
) -> None:
    """Erase what calls said and answered. That they were made stays in the log, which stays sealed."""
    try:
        ids = [UUID(call) for call in calls]
    except ValueError:
        fail("An id is not one: they look like 01a2104f-7d56-7000-8000-000000000000.")

    async def work(here: Installation) -> int:
        from infra.operate.redacting import redact

        return await redact(here.owner, await here.company(company), ids)

    emptied = installed(work)
    if emptied < len(ids):
        remarks.print(f"{len(ids) - emptied} ids are not in the log.", style="yellow")
    show(as_json, {"redacted": emptied}, f"{emptied} calls were erased.")
