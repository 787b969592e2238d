"""What the bytes of a picture say about themselves, whatever they are said to be."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack_from


@dataclass(frozen=True, slots=True)
class Picture:
    media_type: str
    width: int
    height: int


def look(data: bytes) -> Picture | None:
    """The kind and size of a JPEG, PNG or WebP; None for anything else, and for what breaks off in its head."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return next(Picture("image/jpeg", *size) for size in jpeg_frames(data))
        if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
            return Picture("image/png", *unpack_from(">II", data, 16))
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return Picture("image/webp", *webp_size(data))
    except (StopIteration, ValueError, struct.error):  # no head, or less of it than it says
        return None
    return None


def jpeg_frames(data: bytes) -> Iterator[tuple[int, int]]:
    """Of each start of frame (ITU T.81, B.2.2)."""
    at = 2
    while True:
        marker, kind = unpack_from(">BB", data, at)
        if marker != 0xFF:
            return
        if kind == 0xFF:  # a fill byte
            at += 1
            continue
        (length,) = unpack_from(">H", data, at + 2)
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = unpack_from(">HH", data, at + 5)
            yield width, height
        at += 2 + length


def webp_size(data: bytes) -> tuple[int, int]:
    """Of the first chunk: lossy, lossless, or extended (RFC 9649)."""
    match data[12:16]:
        case b"VP8 ":
            width, height = unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = unpack_from("<I", data, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    raise ValueError
