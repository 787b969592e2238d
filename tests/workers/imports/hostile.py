"""Files that somebody made to do harm, or that something did harm to. Each is made anew in a moment and says what has
to come of it: one of some refusals, or a table of so many rows."""

import io
import os
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from tests.workers.imports.old_books import old_book

Make = Callable[[], bytes]

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TENS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
LAUGHS = f"<!DOCTYPE lolz [{TENS}]>"
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Hostile:
    """`codes`: of the refusals that will do; empty: it is a table of `rows` rows."""

    make: Make
    codes: frozenset[str] = frozenset()
    rows: int = 0
    suffix: str = ".xlsx"

    def write(self, folder: Path) -> Path:
        path = folder / f"file{self.suffix}"
        path.write_bytes(self.make())
        return path


def refused(make: Make, *codes: str, suffix: str = ".xlsx") -> Hostile:
    return Hostile(make, frozenset(codes), suffix=suffix)


def read(make: Make, rows: int, suffix: str = ".xlsx") -> Hostile:
    return Hostile(make, rows=rows, suffix=suffix)


# --- workbooks ---


def good() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("商品")
        sheet.write_row(0, 0, ["货号", "名称", "数量"])
        sheet.write_row(1, 0, ["A-1", "茶", 3])
    return file.getvalue()


def with_parts(parts: dict[str, bytes | str], leave: tuple[str, ...] = ()) -> bytes:
    """A good workbook with other parts, or more of them."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good())) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in parts and name not in leave:
                target.writestr(name, source.read(name))
        for name, content in parts.items():
            target.writestr(name, content)
    return file.getvalue()


def sheet(data: str, before: str = "", after: str = "") -> str:
    return f'{HEAD}{before}<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData>{after}</worksheet>'


def with_sheet(data: str, before: str = "", after: str = "") -> bytes:
    return with_parts({"xl/worksheets/sheet1.xml": sheet(data, before, after)})


def cell(place: str, value: str, kind: str = "n") -> str:
    return f'<c r="{place}" t="{kind}"><v>{value}</v></c>'


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def two_far_cells() -> bytes:
    return with_sheet(f'<row r="1">{cell("A1", "1")}</row><row r="1048576">{cell("XFD1048576", "1")}</row>')


def far_cell_in_disguise() -> bytes:
    """Written so that a search for its place does not see it."""
    return with_sheet(f'<row r="1">{cell("A1", "1")}</row><row r="1048576"><c r = "XFD1048576"><v>1</v></c></row>')


def flat_bomb() -> bytes:
    return with_sheet(" " * (64 << 20) + f'<row r="1">{cell("A1", "1")}</row>')


def nested_bomb() -> bytes:
    content = b"\0" * (1 << 20)
    for level in range(6):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as outer:
            for n in range(10):
                outer.writestr(f"{level}-{n}.zip", content)
        content = file.getvalue()
    return content


def many_parts() -> bytes:
    return with_parts({f"xl/media/{n}.png": b"" for n in range(5000)})


def lying_size(size: int) -> bytes:
    """The directory says that the sheet is of another size than it is."""
    content = bytearray(with_sheet(f'<row r="1">{cell("A1", "1")}</row>' * 1000))
    name = b"xl/worksheets/sheet1.xml"
    place = content.rfind(name) - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    struct.pack_into("<I", content, place + 24, size)
    return bytes(content)


def two_parts_of_one_name() -> bytes:
    file = io.BytesIO(good())
    with zipfile.ZipFile(file, "a") as target:
        target.writestr("XL/worksheets/SHEET1.xml", sheet(f'<row r="1">{cell("A1", "666")}</row>'))
    return file.getvalue()


def with_password_flag() -> bytes:
    content = bytearray(good())
    place = -1
    while (place := content.find(b"PK\x01\x02", place + 1)) >= 0:
        content[place + 8] |= 1
    return bytes(content)


def wide_sheet() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet().write_row(0, 0, list(range(16_384)))
    return file.getvalue()


def blank_rows() -> bytes:
    data = f'<row r="1">{inline("A1", "货号")}{inline("B1", "名称")}</row>'
    return with_sheet(data + "".join(f'<row r="{n}" spans="1:2" x="{n * 7919 % 10007}"/>' for n in range(2, 1_000_001)))


def formatted_rows() -> bytes:
    """Rows that hold nothing but their look, to the last column."""
    data = f'<row r="1">{inline("A1", "货号")}{inline("B1", "名称")}</row>'
    styled = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="XFD{n}" s="1"/></row>' for n in range(2, 20_000))
    return with_sheet(data + styled)


def giant_cell() -> bytes:
    return with_sheet(f'<row r="1">{inline("A1", os.urandom(4 << 20).hex())}</row>')


def merged_whole() -> bytes:
    data = "".join(f'<row r="{n}">{inline(f"A{n}", f"x{n}")}{inline(f"B{n}", "y")}</row>' for n in range(1, 101))
    return with_sheet(data, after='<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>')


def numbers_that_are_none() -> bytes:
    cells = cell("A1", "NaN") + cell("B1", "1e999") + cell("C1", "-1E-400") + inline("D1", "１２")
    return with_sheet(f'<row r="1">{cells}</row>')


def formulas() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_formula("A1", "=cmd|' /C calc'!A0", None, "calc")
        page.write_formula("B1", '=HYPERLINK("http://127.0.0.1/"&A1,"x")', None, "x")
        page.write_string("A2", "=1+1")
        page.write_string("B2", "@SUM(A1)")
    return file.getvalue()


def external_links() -> bytes:
    link = f'{HEAD}<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{RELATIONS}" r:id="rId1"/></externalLink>'
    target = '<Relationship Id="rId1" Type="x" Target="file:///etc/passwd" TargetMode="External"/>'
    return with_parts({
        "xl/externalLinks/externalLink1.xml": link,
        "xl/externalLinks/_rels/externalLink1.xml.rels": f"{HEAD}<Relationships>{target}</Relationships>",
    })  # fmt: skip


def path_traversal() -> bytes:
    return with_parts({"../../../../tmp/escaped.xml": "<x/>", "/etc/cron.d/x": "x", "..\\..\\x": "x"})


def strings_that_are_not_there() -> bytes:
    return with_sheet(f'<row r="1">{cell("A1", "999999", "s")}</row>')


def deep_tags() -> bytes:
    return with_parts({"xl/workbook.xml": HEAD + "<a>" * 200_000 + "</a>" * 200_000})


def tags_that_do_not_end(count: int = 200_000) -> bytes:
    return with_sheet("<c " * count + "#")


def rows_backwards() -> bytes:
    return with_sheet("".join(f'<row r="{n}">{inline(f"A{n}", "x")}</row>' for n in range(1000, 0, -1)))


def workbook_of(prologue: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(good())) as source:
        text = source.read("xl/workbook.xml").decode()
    return with_parts({"xl/workbook.xml": text.replace("?>", f"?>{prologue}", 1)})


def entities_in_utf16() -> bytes:
    text = f'<?xml version="1.0" encoding="UTF-16"?>{LAUGHS}<x>&l9;</x>'
    return with_parts({"xl/workbook.xml": text.encode("utf-16")})


def zip_of(*names: str, mimetype: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        if mimetype:
            target.writestr("mimetype", mimetype)
        for name in names:
            target.writestr(name, "<x/>")
    return file.getvalue()


# --- text ---

TABLE = "货号,名称,数量\nA-1,茶,３\n"
BROKEN = "file_unreadable"
COMPLEX = "file_too_complex"
UNKNOWN = "file_not_supported"

FILES: dict[str, Hostile] = {
    "flat bomb": refused(flat_bomb, COMPLEX),
    "nested bomb": refused(nested_bomb, UNKNOWN),
    "nested bomb beside a sheet": read(lambda: with_parts({"xl/embeddings/x.zip": nested_bomb()}), 2),
    "many parts": refused(many_parts, COMPLEX),
    "size is said to be 4 GB": refused(lambda: lying_size(0xFFFFFFFE), COMPLEX, BROKEN),
    "size is said to be small": refused(lambda: lying_size(100), BROKEN),
    "two parts of one name": refused(two_parts_of_one_name, BROKEN),
    "two far cells": refused(two_far_cells, COMPLEX),
    "a far cell in disguise": refused(far_cell_in_disguise, COMPLEX, BROKEN),
    "16,384 columns": refused(wide_sheet, "too_many_columns"),
    "a million blank rows": read(blank_rows, 1),
    "rows of formats alone": read(formatted_rows, 1),
    "giant cell": refused(giant_cell, "line_too_long"),
    "everything is one merged cell": read(merged_whole, 100),
    "external entity in the workbook": refused(lambda: workbook_of(XXE), BROKEN),
    "external entity in a sheet": refused(lambda: with_sheet("", XXE), BROKEN),
    "external entity in the strings": refused(
        lambda: with_parts({"xl/sharedStrings.xml": f"{HEAD}{XXE}<sst/>"}), BROKEN
    ),
    "billion laughs": refused(lambda: with_sheet(f'<row r="1">{inline("A1", "&l9;")}</row>', LAUGHS), BROKEN),
    "entities in UTF-16": refused(entities_in_utf16, BROKEN),
    "formulas": read(formulas, 2),
    "external links": read(external_links, 2),
    "names that climb out": read(path_traversal, 2),
    "numbers that are none": read(numbers_that_are_none, 1),
    "strings that are not there": refused(strings_that_are_not_there, BROKEN),
    "NUL in a cell": read(lambda: with_sheet(f'<row r="1">{inline("A1", "a_x0000_b")}{inline("B1", "c")}</row>'), 1),
    "200,000 tags deep": refused(deep_tags, BROKEN, COMPLEX),
    "tags that do not end": refused(tags_that_do_not_end, BROKEN, COMPLEX),
    "rows backwards": read(rows_backwards, 1000),
    "no sheet": refused(lambda: with_parts({}, ("xl/worksheets/sheet1.xml",)), BROKEN, "empty_file"),
    "truncated": refused(lambda: good()[: len(good()) // 2], BROKEN),
    "broken in the middle": refused(lambda: good()[:900] + b"\xff" * 400 + good()[1300:], BROKEN),
    "password of a zip": refused(with_password_flag, "file_encrypted"),
    "password of Excel": refused(
        lambda: OLE + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1000, "file_encrypted"
    ),
    "an old workbook that is none": refused(lambda: OLE + b"\xff" * 5000, BROKEN, suffix=".xls"),
    "two far cells in an old workbook": refused(
        lambda: old_book({(0, 0): 1.0, (0xFFFF, 0xFFFF): 1.0}), COMPLEX, "too_many_columns", suffix=".xls"
    ),
    "OpenDocument": refused(
        lambda: zip_of("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet"), UNKNOWN, suffix=".ods"
    ),
    "binary workbook": refused(lambda: zip_of("xl/workbook.bin"), UNKNOWN, suffix=".xlsb"),
    "a letter": refused(lambda: zip_of("word/document.xml"), UNKNOWN, suffix=".docx"),
    "a page": refused(lambda: b"\xef\xbb\xbf <html><table><tr><td>1</td></tr></table>", UNKNOWN, suffix=".xls"),
    "a picture": refused(lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, UNKNOWN, suffix=".csv"),
    "a workbook that says it is text": read(good, 2, ".csv"),
    "text that says it is a workbook": read(TABLE.encode, 2, ".xlsx"),
    "nothing": refused(bytes, "empty_file"),
    "zeros": refused(lambda: b"\0" * 100_000, "empty_file", suffix=".csv"),
    "noise": refused(lambda: b"\xff\x00\x81" * 50_000, "encoding_unknown", "not_csv", suffix=".csv"),
    "GB18030": read(lambda: TABLE.encode("gb18030"), 2, ".csv"),
    "UTF-16 without a mark": read(lambda: TABLE.encode("utf-16-be"), 2, ".csv"),
    "Latin-1": refused(lambda: "sku,name\n1,café\n2,crème\n".encode("latin-1"), "encoding_unknown", suffix=".csv"),
    "a character cut in half": refused(lambda: TABLE.encode()[:-2], BROKEN, suffix=".csv"),
    "NUL in text": refused(lambda: TABLE.replace("茶", "\0").encode(), "not_csv", suffix=".csv"),
    "one endless line": refused(lambda: b"a" * (8 << 20), "line_too_long", suffix=".csv"),
    "one endless line of cells": refused(lambda: b"a," * (4 << 20), "line_too_long", suffix=".csv"),
    "a quotation that does not end": refused(
        lambda: b'a,"b\n' + b"c\n" * (1 << 20), "not_csv", "line_too_long", suffix=".csv"
    ),
    "a row of quoted line ends": refused(lambda: b'"\n",' * (2 << 20), "line_too_long", suffix=".csv"),
    "quotation marks alone": refused(lambda: b'"' * (1 << 20), "line_too_long", "not_csv", suffix=".csv"),
    "a million blank lines": read(lambda: TABLE.encode() + b"\r\n" * 1_000_000, 2, ".csv"),
    "100,000 columns": refused(lambda: b"," * 99_000, "too_many_columns", suffix=".csv"),
}  # fmt: skip


def written(folder: Path) -> Iterator[tuple[str, Path]]:
    """All of them, for other programs to try: `python -m tests.workers.imports.hostile FOLDER`."""
    for name, file in FILES.items():
        place = folder / name.replace(" ", "-").replace(",", "")
        place.mkdir(parents=True, exist_ok=True)
        yield name, file.write(place)


if __name__ == "__main__":
    import sys

    for name, path in written(Path(sys.argv[1])):
        print(f"{path}  {name}")
