"""Transfers between warehouses, and what may be odd about them and about goods without a price."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0003"
down_revision = "0002"

TABLES = """
create table stock_transfer (
 id uuid not null, number text not null, from_location_id uuid not null, to_location_id uuid not null,
 status text not null, document_on date not null, note text default '' not null, receipts integer default 0 not null,
 created_at timestamptz default now() not null,
 constraint stock_transfer_pkey primary key (id),
 constraint stock_transfer_number_key unique (number),
 constraint stock_transfer_status_check check (status in ('sent', 'partly_received', 'received')),
 constraint stock_transfer_locations_check check (from_location_id <> to_location_id),
 constraint stock_transfer_from_location_id_fkey foreign key (from_location_id) references location (id),
 constraint stock_transfer_to_location_id_fkey foreign key (to_location_id) references location (id)
) with (fillfactor = 70);
create index stock_transfer_document_on_id_idx on stock_transfer (document_on, id);
create index stock_transfer_open_idx on stock_transfer (id) where status in ('sent', 'partly_received');
create table stock_transfer_line (
 id uuid not null, transfer_id uuid not null, position integer not null, product_id uuid not null,
 unit_id uuid not null, numerator numeric(18, 6) not null, denominator numeric(18, 6) not null,
 quantity numeric(18, 6) not null, sent numeric(18, 6) not null, received numeric(18, 6) default 0 not null,
 constraint stock_transfer_line_pkey primary key (id),
 constraint stock_transfer_line_quantity_check check (quantity > 0 and sent > 0),
 constraint stock_transfer_line_received_check check (received >= 0),
 constraint stock_transfer_line_transfer_id_fkey foreign key (transfer_id) references stock_transfer (id),
 constraint stock_transfer_line_product_id_fkey foreign key (product_id) references product (id)
) with (fillfactor = 70);
create index stock_transfer_line_product_id_idx on stock_transfer_line (product_id);
create unique index stock_transfer_line_transfer_id_position_idx on stock_transfer_line (transfer_id, position);
alter table discrepancy drop constraint discrepancy_kind_check, add constraint discrepancy_kind_check check (kind in (
 'over_receipt', 'negative_stock', 'reserved_short', 'order_closed', 'transfer_over', 'transfer_short', 'unpriced'))
"""


def upgrade(op: Operations) -> None:
    op.execute(TABLES)
    role = op.get_bind().scalar(sa.text("select current_schema()"))  # a company's role has its schema's name
    op.execute(f"grant select, insert, update, delete on stock_transfer, stock_transfer_line to {role}")
