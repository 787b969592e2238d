"""A price list: of products that are there, nothing but the price."""

from uuid import UUID

from domain import sql
from domain.command import Records, command
from domain.errors import Refused
from domain.lists import Each, Item, Known
from domain.masterdata import rules
from domain.masterdata.products import PRODUCT
from domain.masterdata.records import PriceRecord
from domain.masterdata.saving import Entity, Saving, Shaped, Stored, load
from domain.tx import Run, Tx


@command
class SetPrices:
    """Change the retail prices of products."""

    records: Records[Each[PriceRecord]]
    all_or_nothing: bool = False


PRICED = Entity("product", PRODUCT.table, PRODUCT.columns, unique="sku", dated=True)
LOAD = sql.statement(*PRICED.loaded(f"t.sku = any({sql.listed('values')})"))
WRITE = sql.statement(*PRICED.written())


class Pricing(Saving):
    """Finds its products by sku, whether their prices have come from this source before or not."""

    def before(self, item: Item) -> Stored | None:
        holder = self.taken.get(item.record.sku)
        return self.stored.get(holder) if holder else None

    def id_of(self, item: Item, known: Known | None) -> UUID:
        """Refuses: not_found. A list follows its source, so that it needs no version of what it changes."""
        if (holder := self.taken.get(item.record.sku)) is None:
            raise Refused("not_found", "sku", sku=item.record.sku)
        return holder

    def check_version(self, item: Item, before: Stored | None, known: Known | None) -> None:
        rules.check_version(before and before.version, item.record.base_version, identified=True)


async def set_prices(tx: Tx) -> None:
    saving = Pricing(tx, PRICED, *await load(tx, PRICED, LOAD, kind="price"))

    def shape(run: Run, record: PriceRecord, id: UUID, before: Stored | None) -> Shaped:
        assert before
        return Shaped({**before.values, "price": rules.price(record.price, "price")})

    saving.decide(shape)
    tx.write(WRITE, saving.rows())
