"""What a table is: where its headings are, what its columns hold, which system it comes from, and which of its rows are
none of the data. Everything here is a guess for a person to look at.

    detected = detect_in(look(path, LOOKED_AT)[0])  # the sheet that looks most like something
    for row in body(rows_of(path, detected.sheet), detected): ...
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from domain.errors import Refused
from domain.masterdata.barcodes import is_gtin
from workers.imports.fit import fit, samples_of, share
from workers.imports.headings import KNOWN, NAMES, REQUIRED, SOURCES, TELL, TITLES, TOGETHER, Source, bare, field_of
from workers.imports.sheets import Looked, Row
from workers.imports.table import SAMPLES, Column, Detected, LeftOut, body, is_units, own
from workers.imports.template import template

LOOKED_AT = 200  # rows
HEADINGS_WITHIN = 30  # rows
SURE = 0.5  # a score from which a column is taken for a field


def signature(headings: Iterable[str]) -> str:
    """The same for tables with the same headings, whatever their spacing: what a corrected mapping is kept under."""
    texts = [bare(heading) for heading in headings]
    while texts and not texts[-1]:
        texts.pop()
    return sha256("\n".join(texts).encode()).hexdigest()[:32]


def detect_in(
    looked: Iterable[Looked], kind: str | None = None, sheet: str | None = None, heading_row: int | None = None,
    file: str = "",
) -> Detected:  # fmt: skip
    """Of a file that was looked at, and what it is called: the sheet that looks most like a table of `kind`, or of any.
    Refuses: empty_file."""
    found = [
        replace(detect(rows, about.name, kind, heading_row, file), rows=about.rows)
        for about, rows in looked
        if rows and sheet in (None, about.name)
    ]
    if not found:
        raise Refused("empty_file")
    return max(found, key=lambda detected: detected.score)


def detect(
    rows: Sequence[Row], sheet: str = "", kind: str | None = None, heading_row: int | None = None, file: str = ""
) -> Detected:
    """Of the first rows of a sheet. `kind` and `heading_row` are what a person has said."""
    if (found := template(rows, sheet, kind)) and heading_row in (None, found.heading_row):
        return counted(rows, found)
    best: Detected | None = None
    for place in headings_at(rows, heading_row):
        for headings, last in heading_texts(rows, place):
            if heading_row not in (None, rows[last].line):
                continue
            below = rows[last + 1 + (last + 1 < len(rows) and is_units(own(rows[last + 1]))) :]
            said = "".join(titles(rows[:place])) + sheet + file
            for guess in [kind] if kind else NAMES:
                detected = guessed(guess, headings, below, said)
                if best is None or detected.score > best.score:
                    left_out = LeftOut(titles=place)
                    best = replace(detected, sheet=sheet, heading_row=rows[last].line, left_out=left_out)
    if best is None or (kind is None and not any(column.field for column in best.columns)):
        return (
            replace(best, kind="products") if best else Detected(kind or "products", None, sheet, 0, bare_columns(rows))
        )
    return counted(rows, best)


def counted(rows: Sequence[Row], detected: Detected) -> Detected:
    for _ in body(rows, detected):
        pass
    return detected


def headings_at(rows: Sequence[Row], heading_row: int | None) -> list[int]:
    if heading_row is not None:  # or its first row is the one above
        said = next((place for place, row in enumerate(rows) if row.line == heading_row), None)
        return [] if said is None else [said, said - 1] if said else [said]
    seen: set[tuple[str, ...]] = set()  # a printed list repeats its headings on each page
    found: list[int] = []
    for place, row in enumerate(rows[:HEADINGS_WITHIN]):
        texts = tuple(map(bare, row.cells))
        if len(own(row)) > 1 and texts not in seen:
            found.append(place)
        seen.add(texts)
    return found


def titles(rows: Iterable[Row]) -> Iterator[str]:
    """What is said above the headings, by rows that are no headings themselves."""
    for row in rows:
        texts = own(row)
        if not any(bare(text) in KNOWN for text in texts):
            yield from texts


def heading_texts(rows: Sequence[Row], place: int) -> Iterator[tuple[list[str], int]]:
    """The headings of one row, and those of it and the one below where that may be their second row."""
    first = rows[place]
    yield [cell.strip() for cell in first.cells], place
    if place + 1 == len(rows):
        return
    second = rows[place + 1]
    grouped = bool(first.carried) or any(
        not cell.strip() and below.strip() for cell, below in zip(first.cells, second.cells, strict=False)
    )
    texts = own(second)
    if grouped and texts and not is_units(texts) and not any(map(is_value, [*own(first), *texts])):
        above = spread(first.cells)
        width = max(len(above), len(second.cells))
        cells = [*second.cells, *[""] * (width - len(second.cells))]
        above = [*above, *[""] * (width - len(above))]
        yield [two_rows(one.strip(), other.strip()) for one, other in zip(above, cells, strict=True)], place + 1


def spread(cells: Sequence[str]) -> list[str]:
    """A group's name stands over its first column where cells are not merged."""
    found: list[str] = []
    for cell in cells:
        found.append(cell if cell.strip() or not found else found[-1])
    return found


def two_rows(above: str, below: str) -> str:
    return above if not below or below == above else below if not above or bare(below) in KNOWN else f"{above}{below}"


def is_value(cell: str) -> bool:
    return any(character.isdecimal() for character in cell) and field_of_any(cell) is None


def field_of_any(heading: str) -> str | None:
    return heading if bare(heading) in KNOWN else None


def guessed(kind: str, headings: Sequence[str], below: Sequence[Row], said: str) -> Detected:
    known = source_of(headings, kind)
    samples = [samples_of(below, index) for index in range(len(headings))]
    guesses: list[tuple[float, int, str]] = []
    for index, heading in enumerate(headings):
        if known:
            exact = known.fields.get(heading)
            found = (exact, 1.0) if exact else None
        else:
            found = field_of(kind, heading)
        if found:
            guesses.append((found[1] * fit(found[0], samples[index]), index, found[0]))
        elif not known and "barcodes" in NAMES[kind] and share(samples[index], is_gtin) >= 0.8:
            guesses.append((SURE, index, "barcodes"))
    fields: dict[int, tuple[str, float]] = {}
    for score, index, name in sorted(guesses, key=lambda guess: (-guess[0], guess[1])):
        taken = name in {taken for taken, _ in fields.values()}
        if index not in fields and score >= SURE * 0.5 and (not taken or name in TOGETHER):
            fields[index] = name, score
    columns = tuple(
        Column(index, heading, *fields.get(index, (None, 0.0)), tuple(samples[index][:SAMPLES]))
        for index, heading in enumerate(headings)
        if heading or samples[index]
    )
    score = score_of(kind, headings, fields, said) + (10 if known else 0)
    return Detected(kind, known.name if known else None, "", 0, columns, score=score)


def source_of(headings: Sequence[str], kind: str) -> Source | None:
    here = {heading.strip() for heading in headings}
    return next((source for source in SOURCES if source.kind == kind and source.marks <= here), None)


def score_of(kind: str, headings: Sequence[str], fields: dict[int, tuple[str, float]], said: str) -> float:
    names = {name for name, _ in fields.values()}
    count = sum(1 for heading in headings if heading)
    score = sum(score for _, score in fields.values()) / (count or 1) * 4
    score += sum(1.5 if name in names else -1.0 for name in REQUIRED[kind])
    score += sum(weight for name, weight in TELL.get(kind, {}).items() if name in names)
    texts = " ".join(headings)
    if kind == "purchase_orders":
        score += ("供应商" in texts or "supplier" in texts.casefold() or "采购" in texts) - ("客户" in texts) * 2
    if kind in ("sales_orders", "sales"):
        score += ("客户" in texts or "customer" in texts.casefold()) - ("供应商" in texts or "采购" in texts) * 2
    plain = bare(said)
    return score + 3 * any(word in plain for word in TITLES[kind].split())


def bare_columns(rows: Sequence[Row]) -> tuple[Column, ...]:
    width = max((len(row.cells) for row in rows), default=0)
    return tuple(Column(index, "", None, 0.0, tuple(samples_of(rows, index)[:SAMPLES])) for index in range(width))
