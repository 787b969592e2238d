"""A workbook as Excel 97 wrote it, by hand: nothing that we depend on writes them any more."""

import struct
from collections.abc import Mapping

SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD  # of a chain of sectors

Cells = Mapping[tuple[int, int], str | float]


def old_book(cells: Cells, name: str = "Sheet1") -> bytes:
    """One sheet; (row, column) from 0 → value."""
    sheet = begin(0x10) + b"".join(cell(*place, value) for place, value in sorted(cells.items())) + record(0x0A)
    before = begin(0x05) + record(0x42, struct.pack("<H", 1200))
    bound = name.encode("utf-16-le")
    start = len(before) + 4 + 8 + len(bound) + 4
    before += record(0x85, struct.pack("<IBBBB", start, 0, 0, len(name), 1) + bound) + record(0x0A)
    return compound(before + sheet)


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def begin(kind: int) -> bytes:
    return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


def cell(row: int, column: int, value: str | float) -> bytes:
    if isinstance(value, str):
        return record(0x204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + value.encode("utf-16-le"))
    return record(0x203, struct.pack("<HHHd", row, column, 0, value))


def compound(stream: bytes) -> bytes:
    """The file that holds the stream `Workbook`: a header, a sector of chains, one of the directory, the stream."""
    stream = stream.ljust(4096, b"\0")  # shorter ones are kept elsewhere
    stream += b"\0" * (-len(stream) % SECTOR)
    count = len(stream) // SECTOR
    chains = [TABLE, END, *range(3, count + 2), END]
    assert len(chains) <= SECTOR // 4, "one sector of chains is all this knows"
    chains += [FREE] * (SECTOR // 4 - len(chains))
    directory = entry("Root Entry", 5, END, 0, 1) + entry("Workbook", 2, 2, len(stream)) + entry("", 0, 0, 0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<10I", 0, 1, 1, 0, 4096, END, 0, END, 0, 0) + struct.pack("<I", FREE) * 108
    return header + struct.pack(f"<{SECTOR // 4}I", *chains) + directory + stream


def entry(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    text = f"{name}\0".encode("utf-16-le") if name else b""
    place = struct.pack("<HBBIII36x", len(text), kind, 1, FREE, FREE, child)
    return text.ljust(64, b"\0") + place + struct.pack("<III", start, size, 0)
