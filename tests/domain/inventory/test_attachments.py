"""Photos of documents: what is a picture, whose it is, and that it is kept encrypted."""

from base64 import b64encode
from typing import Any

import pytest

from domain.ids import new_id
from domain.inventory.attachments import LETTERS_AT_MOST, SIDE_AT_MOST
from domain.inventory.images import Picture, look
from tests.builders import act, refuse
from tests.companies import Instance, caller_of
from tests.yard import Yard


def jpeg(width: int, height: int, before: bytes = b"") -> bytes:
    frame = b"\xff\xc0\x00\x11\x08" + height.to_bytes(2) + width.to_bytes(2) + bytes(10)
    return b"\xff\xd8\xff\xe0\x00\x04JF" + before + frame + b"\xff\xd9"


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + width.to_bytes(4) + height.to_bytes(4) + bytes(9)


def webp(kind: bytes, head: bytes) -> bytes:
    return b"RIFF" + bytes(4) + b"WEBP" + kind + bytes(4) + head


LOSSLESS = (639 | 479 << 14).to_bytes(4, "little")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (jpeg(640, 480), "image/jpeg"),
        (jpeg(640, 480, b"\xff\xff\xff\xc4\x00\x05abc"), "image/jpeg"),  # a fill byte, and tables before the frame
        (png(640, 480), "image/png"),
        (webp(b"VP8 ", bytes(6) + b"\x80\x02\xe0\x01"), "image/webp"),
        (webp(b"VP8L", b"\x2f" + LOSSLESS), "image/webp"),
        (webp(b"VP8X", bytes(4) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")), "image/webp"),
    ],
)
def test_a_picture_says_its_kind_and_size(data: bytes, kind: str) -> None:
    assert look(data) == Picture(kind, 640, 480)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"GIF89a" + bytes(20), b"<svg onload=alert(1)>", b"\xff\xd8\xff", jpeg(1, 1)[:12], png(1, 1)[:18],
        b"\xff\xd8\xff\xe0\x00\x04JFno marker", webp(b"VP8?", bytes(20)), webp(b"VP8L", b""), b"%PDF-1.7",
    ],
)  # fmt: skip
def test_anything_else_is_none(data: bytes) -> None:
    assert look(data) is None


def photo(document_id: Any, data: bytes = jpeg(640, 480), media_type: str = "image/jpeg") -> dict[str, Any]:
    return {
        "photo_id": new_id(), "document_id": document_id, "media_type": media_type, "image": b64encode(data).decode(),
    }  # fmt: skip


async def test_it_is_kept_with_any_document_encrypted_and_where_that_is(yard: Yard) -> None:
    tea = await yard.goods("9")
    order = await yard.order({"product_id": tea, "quantity": "1", "unit_price": "1"})
    sale = await yard.promised(tea, "1")
    count = yard.count(tea, "9")
    await act(yard.owner, "inventory.record_count", **count)
    for document in (order, sale, count["document_id"]):
        body = photo(document)
        await act(yard.owner, "inventory.attach_photo", **body)
        [kept] = await yard.rows(yard.company, "select * from attachment where document_id = $1", document)
        assert (kept["id"], kept["location_id"]) == (body["photo_id"], yard.place)
        assert (kept["media_type"], kept["size"]) == ("image/jpeg", len(jpeg(640, 480)))
        assert jpeg(640, 480) not in kept["image"]
        assert yard.company.keys.decrypt("attachment", "image", kept["id"], kept["image"]) == jpeg(640, 480)


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"image": "not base64!"}, "image", "not_base64"),
        ({"image": b64encode(b"<svg>").decode()}, "image", "not_a_picture"),
        ({"media_type": "image/png"}, "media_type", "other_kind"),
        ({"image": b64encode(jpeg(SIDE_AT_MOST + 1, 9)).decode()}, "image", "size"),
        ({"image": b64encode(jpeg(9, 0)).decode()}, "image", "size"),
    ],
)
async def test_only_a_picture_of_the_kind_it_is_said_to_be(yard: Yard, change: Any, field: str, reason: str) -> None:
    order = await yard.order({"product_id": await yard.goods(), "quantity": "1", "unit_price": "1"})
    outcome = await refuse(yard.owner, "inventory.attach_photo", **photo(order) | change)
    assert (outcome.code, outcome.field, outcome.data["reason"]) == ("bad_image", field, reason)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"image": "A" * (LETTERS_AT_MOST + 1)}, "image"), ({"media_type": "image/svg+xml"}, "media_type")],
)
async def test_a_body_that_is_none(yard: Yard, change: Any, field: str) -> None:
    outcome = await refuse(yard.owner, "inventory.attach_photo", **photo(new_id()) | change)
    assert (outcome.code, outcome.field) == ("malformed", field)


async def test_to_a_document_of_this_company_once(yard: Yard, instance: Instance) -> None:
    order = await yard.order({"product_id": await yard.goods(), "quantity": "1", "unit_price": "1"})
    assert (await refuse(yard.owner, "inventory.attach_photo", **photo(new_id()))).code == "not_found"
    stranger = caller_of(await instance.company())
    assert (await refuse(stranger, "inventory.attach_photo", **photo(order))).code == "not_found"
    body = photo(order)
    await act(yard.owner, "inventory.attach_photo", **body)
    assert (await refuse(yard.owner, "inventory.attach_photo", **body)).code == "id_taken"
