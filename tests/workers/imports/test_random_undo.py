"""Random imports, one upon the other, and undone: the company's tables are what they were before each of them."""

import os
from random import Random
from typing import Any
from uuid import UUID

import pytest

from tests.builders import make_unit, make_warehouse
from tests.domain.imports.test_stock_withdrawal import KEPT
from tests.workers.imports.desk import Desk
from workers.reconcile import reconcile

SEED = int(os.environ.get("HUOTONG_TEST_SEED", "1"))
STEPS = int(os.environ.get("HUOTONG_IMPORTS", "7"))
TABLES = KEPT | {
    "product": "select * from product order by id",
    "product_unit": "select * from product_unit order by 1, 2",
    "product_barcode": "select * from product_barcode order by 1, 2",
    "category": "select * from category order by id",
    "partner": "select id, code, name, phone_index, version, updated_at from partner order by id",
    "import_step": "select command_id, import_id, made from import_step order by 1",  # sealed anew, it is other bytes
}
ON_PAPER = """select product_id as id from stock_move
 union select partner_id from stock_document where partner_id is not null"""
KINDS = ("products", "products", "partners", "price_list", "opening_stock", "purchase_orders", "sales_orders", "sales")


class Files:
    """Of a small shop: few codes, so that imports meet."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def some(self, prefix: str, most: int = 9) -> list[str]:
        return [f"{prefix}{n}" for n in self.random.sample(range(most), self.random.randint(1, 6))]

    def number(self, most: int = 9) -> int:
        return self.random.randint(1, most)

    def products(self) -> list[list[object]]:
        rows: list[list[object]] = [["sku", "name", "unit", "category", "price", "barcode"]]
        for sku in self.some("P"):
            category = self.random.choice(["Tea", "Tea/Green", "Food/Dry/Rice", ""])
            rows.append([sku, f"Tea {self.number(3)}", "个", category, self.number(), f"69{self.number()}"])
        return rows

    def partners(self) -> list[list[object]]:
        return [
            ["code", "name", "phone"],
            *([c, f"Lin {self.number(4)}", f"1380013800{self.number()}"] for c in self.some("C")),
        ]

    def price_list(self) -> list[list[object]]:
        return [["sku", "price"], *([sku, self.number()] for sku in self.some("P"))]

    def opening_stock(self) -> list[list[object]]:
        return [["sku", "quantity", "unit cost"], *([sku, self.number(), self.number()] for sku in self.some("P"))]

    def orders(self, prefix: str, **more: str) -> list[list[object]]:
        rows: list[list[object]] = [["number", "partner", "sku", "quantity", "price", *more]]
        for number in self.some(f"{prefix}{self.random.randint(0, 99)}-", 6):
            partner = f"C{self.random.randrange(9)}"
            for sku in self.some("P"):
                rows.append([number, partner, sku, self.number(4), self.number(), *more.values()])
        return rows

    def purchase_orders(self) -> list[list[object]]:
        return self.orders("O")

    def sales_orders(self) -> list[list[object]]:
        return self.orders("S")

    def sales(self) -> list[list[object]]:
        return self.orders("X", date=f"2025-03-0{self.number()}")

    def text(self, kind: str) -> str:
        return "\n".join(",".join(map(str, row)) for row in getattr(self, kind)())


@pytest.fixture
async def desk(instance: Any, company: Any) -> Desk:
    desk = await Desk.of(instance, company)
    await make_unit(desk.who, "个")
    await make_warehouse(desk.who)
    return desk


@pytest.mark.parametrize("seed", range(SEED, SEED + 2))
async def test_tables_are_as_before(desk: Desk, rows: Any, seed: int) -> None:
    random = Random(seed)
    files, stack, stays = Files(random), list[tuple[Any, Any, str]](), set[UUID]()

    async def look() -> dict[str, list[tuple[object, ...]]]:
        return {name: [tuple(row) for row in await rows(desk.company, query)] for name, query in TABLES.items()}

    async def undo() -> None:
        """Goods whose stock was posted and taken back have moves for ever, and who bought or sold them is on documents:
        they stay with all that is their own."""
        id, before, text = stack.pop()
        undone, after = await desk.ask("undo_import", id), await look()
        left, on_paper = await desk.rows(id), {row["id"] for row in await rows(desk.company, ON_PAPER)}
        stayed = {UUID(row.content["details"]["id"]) for row in left}
        assert (undone["status"] == "undone") == (not left)
        assert stayed <= on_paper, (seed, undone["kind"], text, left)
        stays.update(stayed)
        for name in TABLES.keys() - ({"category", "import_step"} if stays else set()):
            theirs = [row for row in after[name] if row in before[name] or not stays & set(row)]
            assert theirs == before[name], (seed, undone["kind"], name, text)

    done = 0
    for _ in range(STEPS):
        if stack and random.random() < 0.25:
            await undo()
            continue
        kind = random.choice(KINDS) if stack else "products"
        before, text = await look(), files.text(kind)
        id, ran = await desk.through(text, kind=kind)
        assert ran["status"] == "done", (seed, kind, text, ran)
        done += ran["accepted"] + ran["changed"]
        stack.append((id, before, text))
        assert (await reconcile(desk.company)).clean, (seed, kind)
    while stack:
        await undo()
    assert (await reconcile(desk.company)).clean
    assert done
