"""Photos of what happened: a broken box, a signed slip. Kept with the document, encrypted."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Annotated, Any, LiteralString
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import Index

from domain import sql
from domain.base import check, key, moment, number, one_of, ref, table, words
from domain.command import command
from domain.errors import Refused
from domain.inventory.images import look
from domain.tx import Run, Tx
from tenants.fields import encrypted

LETTERS_AT_MOST = 180_000  # of base64: a push of several fits into its 256 KB one by one
SIDE_AT_MOST = 4096

attachment = table(
    "attachment",
    key(),
    ref("document_id"),  # a stock document, an order or a transfer
    ref("location_id", "location.id", null=True),  # of the document: whose it is to see
    words("media_type"),
    number("size"),
    encrypted("image", null=False),
    moment("created_at", default="now()"),
    ref("command_id"),
    one_of("media_type", "image/jpeg", "image/png", "image/webp"),
    check("size", "size > 0"),
    Index(None, "document_id"),
    Index(None, "created_at", "id"),
    grants="select, insert",
)


@command
class AttachPhoto:
    """A photo belongs to a document. `image` is base64."""

    photo_id: UUID
    document_id: UUID
    media_type: Annotated[str, StringConstraints(pattern="^image/(jpeg|png|webp)$")]
    image: Annotated[str, StringConstraints(min_length=1, max_length=LETTERS_AT_MOST)]


WANTED: LiteralString = "in (select jsonb_array_elements_text($2::jsonb)::uuid)"
LOAD = sql.statement(
    sql.rows(
        "documents",
        f"""select id, location_id from stock_document where id {WANTED}
 union all select id, location_id from purchase_order where id {WANTED}
 union all select id, location_id from sales_order where id {WANTED}
 union all select id, from_location_id from stock_transfer where id {WANTED}""",
    )
)
WRITE = sql.statement(sql.insert(attachment, without=("created_at",)))


def read(text: str, media_type: str) -> bytes:
    """Refuses: bad_image, of anything but a picture of the kind that it is said to be."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("bad_image", "image", reason="not_base64") from None
    picture = look(data)
    if picture is None:
        raise Refused("bad_image", "image", reason="not_a_picture")
    if picture.media_type != media_type:
        raise Refused("bad_image", "media_type", reason="other_kind", value=picture.media_type)
    if not (0 < picture.width <= SIDE_AT_MOST and 0 < picture.height <= SIDE_AT_MOST):
        raise Refused("bad_image", "image", reason="size", value=f"{picture.width}x{picture.height}")
    return data


async def attach_photo(tx: Tx) -> None:
    loaded = await tx.load(LOAD, [run.cmd.document_id for run in tx.runs])
    places: Mapping[UUID, Any] = {UUID(row["id"]): row["location_id"] for row in loaded["documents"]}
    keys = tx.company.keys

    def decide(run: Run) -> Mapping[str, Any]:
        """Refuses: not_found, bad_image."""
        cmd: AttachPhoto = run.cmd
        if cmd.document_id not in places:
            raise Refused("not_found", "document_id", id=cmd.document_id)
        data = read(cmd.image, cmd.media_type)
        image = keys.encrypt("attachment", "image", cmd.photo_id, data)
        tx.rows["attachment"].append(
            {
                "id": cmd.photo_id, "document_id": cmd.document_id, "location_id": places[cmd.document_id],
                "media_type": cmd.media_type, "size": len(data), "image": f"\\x{image.hex()}",
                "command_id": run.call.id,
            }
        )  # fmt: skip
        return {"photo_id": cmd.photo_id}

    tx.decide(decide)
    tx.write(WRITE, {})
