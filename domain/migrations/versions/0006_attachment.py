"""Photos of documents."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0006"
down_revision = "0005"

TABLE = """
create table attachment (
 id uuid not null, document_id uuid not null, location_id uuid, media_type text not null, size integer not null,
 image bytea not null, created_at timestamptz default now() not null, command_id uuid not null,
 constraint attachment_pkey primary key (id),
 constraint attachment_location_id_fkey foreign key (location_id) references location (id),
 constraint attachment_image_check check (octet_length(image) >= 33 and get_byte(image, 0) = 1),
 constraint attachment_media_type_check check (media_type in ('image/jpeg', 'image/png', 'image/webp')),
 constraint attachment_size_check check (size > 0)
);
create index attachment_document_id_idx on attachment (document_id);
create index attachment_created_at_id_idx on attachment (created_at, id)
"""


def upgrade(op: Operations) -> None:
    op.execute(TABLE)
    role = op.get_bind().scalar(sa.text("select current_schema()"))  # a company's role has its schema's name
    op.execute(f"grant select, insert on attachment to {role}")
