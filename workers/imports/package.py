"""The package of an XLSX file, a zip of XML, looked over before it is read: how much it will become, that no part of it
declares entities, and where the cells of each sheet really are. Runs in the child process.

calamine gives a sheet a rectangle from its first to its last cell: two cells in far corners, a file of one kilobyte,
are 17 billion places and the end of the process.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.etree import ElementTree

from domain.errors import Refused

PARTS_AT_MOST = 2_000
SIZE_AT_MOST = 1 << 30  # of all parts, unpacked
RATIO_AT_MOST = 200  # sheets are about 10, seldom 50
RATIO_FROM = 4 << 20  # below that it does not matter
CELLS_AT_MOST = 6_000_000  # places of the rectangle
ERRORS_AT_MOST = 200_000
BLOCK = 1 << 20

DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.I).search
PLAIN_CELLS = re.compile(rb"""<c r="([A-Z]{1,3})(\d{1,7})"[^>]{0,200}(?<!/)>""").findall  # as nearly all are written
CELLS = re.compile(  # bounded, so that a tag that never ends costs no more than its length
    rb"""<(?:\w{1,20}:)?c\s(?:[^>]{0,200}?\s)?r=["']([A-Z]{1,3})(\d{1,7})["'][^>]{0,200}(?<!/)>"""
).findall
ERRORS = re.compile(
    rb"""<(?:\w{1,20}:)?c\s(?=[^>]{0,200}\st=["']e["'])[^>]{0,200}?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]{0,200}>"""
    rb"""(?:<f.{0,2000}?)?<(?:\w{1,20}:)?v>(#[^<]{1,20})<""",
    re.S,
).findall
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
KINDS = {"xl/workbook.bin": "xlsb", "word/document.xml": "docx", "ppt/presentation.xml": "pptx"}
ODS = b"application/vnd.oasis.opendocument"


@dataclass(slots=True)
class Box:
    """Where the cells of a sheet are that hold something, counted from 1; without `cells` nothing is known about it.
    `errors`: row from 0 → columns with #N/A and the like, which calamine leaves empty."""

    top: int = 1 << 30
    left: int = 1 << 30
    bottom: int = 0
    right: int = 0
    cells: int = 0
    errors: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    @property
    def places(self) -> int:
        return max(0, self.bottom - self.top + 1) * max(0, self.right - self.left + 1)


class Package:
    """Refuses, as it is opened: file_encrypted, file_not_supported, file_too_complex, file_unreadable."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
            raise Refused("file_unreadable", reason="zip") from None
        self.parts = {part.filename.lstrip("/").lower(): part for part in self.zip.infolist()}
        self.guard()
        self.sheets = self.find_sheets()
        for part in self.parts.keys() - self.sheets.values():
            if part.endswith((".xml", ".rels")):  # all that will be read
                for _ in self.checked(part):
                    pass

    def guard(self) -> None:
        parts = self.zip.infolist()
        if len(parts) > PARTS_AT_MOST:
            raise Refused("file_too_complex", limit="parts")
        if len(self.parts) < len(parts):  # which of two parts of one name is read is anybody's guess
            raise Refused("file_unreadable", reason="zip")
        if any(part.flag_bits & 1 for part in parts):
            raise Refused("file_encrypted")
        if sum(part.file_size for part in parts) > SIZE_AT_MOST:
            raise Refused("file_too_complex", limit="size")
        if any(p.file_size > RATIO_FROM and p.file_size > RATIO_AT_MOST * p.compress_size for p in parts):
            raise Refused("file_too_complex", limit="ratio")
        if "xl/workbook.xml" not in self.parts:
            raise Refused("file_not_supported", kind=self.kind())

    def kind(self) -> str:
        if "mimetype" in self.parts and b"".join(self.blocks("mimetype", 100)).startswith(ODS):
            return "ods"
        return next((kind for name, kind in KINDS.items() if name in self.parts), "archive")

    def find_sheets(self) -> dict[str, str]:
        """Sheet → its part. Refuses: file_unreadable."""
        relations = self.xml("xl/_rels/workbook.xml.rels")
        targets = {each.get("Id"): each.get("Target", "") for each in relations}
        sheets: dict[str, str] = {}
        for each in self.xml("xl/workbook.xml").iter():
            if each.tag.rpartition("}")[2] == "sheet":
                target = targets.get(each.get(RELATION) or each.get(STRICT_RELATION), "")
                part = target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
                sheets[each.get("name", "")] = part.lower()
        return sheets

    def xml(self, part: str) -> ElementTree.Element:
        if part not in self.parts:
            raise Refused("file_unreadable", reason="xml")
        try:
            return ElementTree.fromstring(b"".join(self.checked(part)))
        except ElementTree.ParseError:
            raise Refused("file_unreadable", reason="xml") from None

    def box(self, sheet: str) -> Box:
        """Where its cells are; also looks through the whole part. Refuses: file_too_complex, file_unreadable."""
        box, columns = Box(), set[bytes]()
        if (part := self.sheets.get(sheet)) not in self.parts:
            return box
        for block in self.checked(part):
            if found := cells_in(block):
                columns.update({letters for letters, _ in found})
                first, last = int(found[0][1]), int(found[-1][1])  # one after another, or calamine minds
                box.top, box.bottom = min(box.top, first, last), max(box.bottom, first, last)
                box.cells += len(found)
            if b"#" in block:
                for letters, number, error in ERRORS(block):
                    box.errors.setdefault(int(number) - 1, []).append(
                        (column(letters) - 1, error.decode("ascii", "replace"))
                    )
                if len(box.errors) > ERRORS_AT_MOST:
                    raise Refused("file_too_complex", limit="cells")
        places = [column(letters) for letters in columns]
        box.left, box.right = min(places, default=box.left), max(places, default=0)
        return box

    def checked(self, part: str) -> Iterator[bytes]:
        """The text of a part, in blocks that end with a whole tag. Refuses: file_unreadable."""
        rest = b""
        for block in self.blocks(part):
            block = rest + block
            if DECLARES(block):
                raise Refused("file_unreadable", reason="entities")
            end = block.rfind(b"<c ") if len(block) < 2 * BLOCK else -1
            end = end if end > 0 else len(block)
            rest = block[end:]
            yield block[:end]
        if rest:
            yield rest

    def blocks(self, part: str, size: int = BLOCK) -> Iterator[bytes]:
        try:
            with self.zip.open(self.parts[part]) as file:
                while block := file.read(size):
                    yield block
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError):
            raise Refused("file_unreadable", reason="zip") from None


def cells_in(block: bytes) -> list[tuple[bytes, bytes]]:
    """Column and row of those that are not empty."""
    plain = block.count(b'<c r="') == block.count(b"<c ") and b":c " not in block
    return (PLAIN_CELLS if plain else CELLS)(block)


def column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
