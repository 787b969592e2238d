"""Imports from the upload to undoing them: guessed, checked without a write, run, corrected, reported, taken back."""

import pytest

from domain.execute import execute
from domain.ids import new_id
from tests.builders import act, call, make_partner, make_product, make_unit, make_warehouse
from tests.domain.imports.test_withdrawal import MASTER
from tests.workers.imports.books import book, write
from tests.workers.imports.desk import Desk, counts
from workers.imports.sheets import rows_of

PRODUCTS = """商品资料
货号,品名,单位,分类,售价,条码
A-1,绿茶,个,饮料/茶,"1,234.50",6901234567892
A-2,红茶,个,饮料/茶,x,
A-3,花茶,箱,,3,
A-4,黑茶,个,,12.5元/个,
合计,,,,,
"""


@pytest.fixture
async def desk(instance, company) -> Desk:
    desk = await Desk.of(instance, company)
    await make_unit(desk.who, "个")
    return desk


@pytest.fixture
def tables(desk, rows):
    async def look(*names: str) -> dict[str, list[tuple[object, ...]]]:
        found = {name: await rows(desk.company, f"select * from {name} order by 1, 2") for name in names}
        return {name: [tuple(row) for row in some] for name, some in found.items()}

    return look


async def test_a_file_is_read_checked_run_corrected_and_taken_back(desk, tables):
    before = await tables(*MASTER)
    id = await desk.begin(PRODUCTS)
    read = await desk.now(id)
    assert (read["status"], read["kind"], read["heading_row"]) == ("mapping", "products", 2)
    assert [column["field"] for column in read["columns"]] == ["sku", "name", "unit", "category", "price", "barcodes"]
    checked = await desk.ask("check_import", id)
    assert (checked["status"], counts(checked)) == ("checked", (2, 0, 0, 2))
    assert (read["left_out"], checked["left_out"]) == ({}, {"titles": 1, "totals": 1})
    assert [(row.line, row.code, row.field) for row in await desk.rows(id)] == [
        (4, "not_a_number", "price"), (5, "unknown_unit", "unit"),
    ]  # fmt: skip
    assert await tables(*MASTER) == before
    done = await desk.ask("run_import", id)
    assert (done["status"], counts(done)) == ("done", (2, 0, 0, 2))
    assert (await desk.file(done["report_id"])).startswith(b"PK")
    corrected = await desk.ask(
        "correct_import_rows", id, rows=[{"line": 4, "values": [{"field": "price", "value": "2"}]}]
    )
    assert (corrected["status"], corrected["left_out"]) == ("checked", checked["left_out"])
    again = await desk.ask("run_import", id)
    assert (again["status"], counts(again)) == ("done", (3, 0, 0, 1))
    assert [row.line for row in await desk.rows(id)] == [5]
    assert len((await tables("product"))["product"]) == 3
    undone = await desk.ask("undo_import", id)
    assert (undone["status"], counts(undone)) == ("undone", (0, 0, 0, 0))
    assert await tables(*MASTER) == before
    _, twice = await desk.through(PRODUCTS)
    assert counts(twice) == (2, 0, 0, 2)


async def test_correct_one_row_insert_one_upload_again(desk, tables):
    await desk.through("sku,name,unit,price\nA,Tea,个,1\nB,Tee,个,2\n")
    _, again = await desk.through("sku,name,unit,price\nA,Tea,个,1\nX,Mate,个,3\nB,Tea,个,2\n")
    assert counts(again) == (1, 1, 1, 0)
    assert [row[1:3] for row in sorted((await tables("product"))["product"], key=lambda row: row[1])] == [
        ("A", "Tea"), ("B", "Tea"), ("X", "Mate"),
    ]  # fmt: skip


async def test_what_changes_is_shown_and_a_mapping_is_remembered(desk):
    await make_product(desk.who, sku="A", name="Old tea", price="10", unit="个")
    text = "Kode,Bezeichnung,Einheit,Preis\nA,Tea,个,12\nB,Tea,个,1\n"
    id = await desk.begin(text)
    fields = [{"column": i, "field": field} for i, field in enumerate(("sku", "name", "unit", "price"))]
    await desk.ask("map_import", id, kind="products", columns=fields, options={"source": "shop"})
    checked = await desk.ask("check_import", id)
    assert counts(checked) == (1, 1, 0, 0)
    [shown] = [row for row in await desk.rows(id) if row.status == "changed"]
    assert shown.content["changes"] == {"name": ["Old tea", "Tea"], "price": ["10", "12"]}
    await desk.ask("run_import", id)
    remembered = await desk.now(await desk.begin(text.replace("Tea", "Tee")))
    assert [column["field"] for column in remembered["columns"]] == ["sku", "name", "unit", "price"]
    assert remembered["options"]["source"] == "shop"


async def test_one_customer_spelled_three_ways_is_proposed_and_chosen(desk, rows):
    there = await make_partner(desk.who, code="C1", name="林记贸易有限公司", phone="13800138000")
    id = await desk.begin(
        "编码,名称,电话\n1,林记（贸易）,\n2,别人,138 0013 8000\n3,林记 贸易,\n4,五常米业,\n", "customers.csv"
    )
    checked = await desk.ask("check_import", id)
    assert (checked["kind"], counts(checked), checked["proposed"]) == ("partners", (4, 0, 0, 0), 3)
    proposed = {row.line: [(p.get("id"), p["why"]) for p in row.content["proposals"]] for row in await desk.rows(id)}
    assert proposed[2] == [(str(there), "name")]
    assert proposed[3] == [(str(there), "phone")]
    assert (None, "name") in proposed[4]
    await desk.ask(
        "choose_duplicates", id, rows=[{"line": 2, "entity_id": there}, {"line": 3}, {"line": 4, "entity_id": there}]
    )
    chosen = await desk.now(id)
    assert (counts(chosen), chosen["proposed"]) == ((2, 1, 0, 1), 0)  # two rows cannot both be what it is
    done = await desk.ask("run_import", id)
    assert counts(done) == (2, 1, 0, 1)
    names = {row["name"] for row in await rows(desk.company, "select name from partner")}
    assert names == {"林记（贸易）", "别人", "五常米业"}
    assert (await desk.ask("undo_import", id))["status"] == "undone"
    names = {row["name"] for row in await rows(desk.company, "select name from partner")}
    assert names == {"林记贸易有限公司"}


async def test_of_two_alike_one_is_left_out_and_comes_in_again(desk, rows):
    id = await desk.begin("编码,名称\n1,林记商行\n2,林记 商行\n", "customers.csv")
    assert (await desk.ask("check_import", id))["proposed"] == 1
    checked = await desk.ask("choose_duplicates", id, rows=[{"line": 3, "leave_out": True}])
    assert (counts(checked), checked["proposed"]) == ((1, 0, 0, 1), 0)
    assert [(row.line, row.code) for row in await desk.rows(id)] == [(3, "left_out")]
    assert counts(await desk.ask("run_import", id)) == (1, 0, 0, 1)
    assert len(await rows(desk.company, "select from partner")) == 1
    await desk.ask("choose_duplicates", id, rows=[{"line": 3}])
    assert counts(await desk.ask("run_import", id)) == (2, 0, 0, 0)
    assert len(await rows(desk.company, "select from partner")) == 2


async def test_a_person_says_how_dates_are_written(desk):
    await make_warehouse(desk.who), await make_partner(desk.who, code="S1", name="Supplier")
    await make_product(desk.who, sku="A", name="Tea", unit="个")
    text = "Order,Supplier,Date,SKU,Quantity,Price\nP1,S1,3/5/26,A,2,1\n"
    id = await desk.begin(text, "orders.csv")
    columns = [
        {"column": i, "field": field}
        for i, field in enumerate(("number", "partner", "date", "sku", "quantity", "unit_price"))
    ]
    await desk.ask("map_import", id, kind="purchase_orders", columns=columns)
    await desk.ask("check_import", id)
    assert [row.code for row in await desk.rows(id)] == ["date_ambiguous"]
    options = {"date_order": "dmy"}
    await desk.ask("map_import", id, kind="purchase_orders", columns=columns, options=options)
    assert counts(await desk.ask("check_import", id)) == (1, 0, 0, 0)
    assert (await desk.now(id))["options"]["date_order"] == "dmy"


async def test_the_report_is_put_right_and_uploaded(desk, tmp_path):
    first, done = await desk.through(PRODUCTS)
    report = await desk.file(done["report_id"])
    (tmp_path / "report.xlsx").write_bytes(report)
    assert [row.cells[6:10] for row in rows_of(tmp_path / "report.xlsx")][1:] == [
        ["未导入 refused", "不是数字。 This is not a number.", "not_a_number", "price"],
        [
            "未导入 refused",
            "系统里没有这个单位，或该商品不用这个单位。 This unit is not known here, or not of this product.",
            "unknown_unit",
            "unit",
        ],
    ]
    id = await desk.begin(report, "report.xlsx")
    read = await desk.now(id)
    assert (read["kind"], [c["field"] for c in read["columns"]][:6]) == (
        "products", ["sku", "name", "unit", "category", "price", "barcodes"],
    )  # fmt: skip
    assert {column["field"] for column in read["columns"][6:]} == {None}
    await make_unit(desk.who, "箱")
    await desk.ask("check_import", id)
    assert counts(await desk.ask("run_import", id)) == (1, 0, 0, 1)
    assert (await desk.now(first))["status"] == "done"


async def test_what_depends_on_a_row_is_named(desk):
    place, partner = await make_warehouse(desk.who), await make_partner(desk.who)
    id, _ = await desk.through("sku,name,unit,price\nA,Tea,个,1\nB,Tee,个,2\n")
    price = {"sku": "B", "price": "9", "external": {"source": "x", "number": "B"}}
    found = await execute(call("masterdata.set_prices", {"records": [price]}), desk.who)
    product = found.records[0].details["id"]
    order = await act(
        desk.who, "purchasing.place_purchase_order", order_id=new_id(), partner_id=partner, location_id=place,
        lines=[{"product_id": product, "quantity": "1", "unit_price": "1"}],
    )  # fmt: skip
    undone = await desk.ask("undo_import", id)
    assert undone["status"] == "done"
    [left] = await desk.rows(id)
    assert (left.line, left.code) == (3, "changed_since")
    assert order.status == "accepted"


async def test_a_file_that_is_none_says_so(desk):
    failed = await desk.now(await desk.begin(b"\x89PNG\r\n\x1a\n\x00\x00"))
    assert failed["status"] == "failed"
    assert failed["code"] in ("not_csv", "file_not_supported")


OPENING = "货号,期初数量,成本价,日期\nA,3箱5个,12元/箱,2025-01-01\nB,2,3,2025-01-02\nC,1,1,2025-01-01\n"
ORDERS = (
    "订单号,供应商,货号,采购数量,单价,预计到货\nP1,林记,A,2箱,24,2030-01-01\nP1,林记,B,5,3,2030-01-01\nP2,无名,A,1,1,\n"
)
SALES = "单号,日期,客户编码,货号,数量,单价\nS1,2025-02-01,C1,A,1箱,30\nS1,2025-02-01,C1,B,1,5\nS2,2025-02-02,C1,A,1,3\n"


async def test_stock_orders_and_past_sales_in_units_as_people_write_them(desk, rows):
    await make_warehouse(desk.who)
    await make_unit(desk.who, "箱")
    await make_partner(desk.who, code="C1", name="林记")
    await make_product(desk.who, sku="A", unit="个", units=[{"unit": "箱", "numerator": "12"}])
    await make_product(desk.who, sku="B", unit="个")

    async def balances() -> list[tuple[str, int, int]]:
        query = """select p.sku, b.on_hand::int, c.value::int from stock_balance b join product p on p.id = b.product_id
 join cost_pool c on c.product_id = p.id where b.on_hand <> 0 order by 1"""
        return [tuple(row) for row in await rows(desk.company, query)]

    opened, stock = await desk.through(OPENING, kind="opening_stock")
    assert (counts(stock), await balances()) == ((2, 0, 0, 1), [("A", 41, 41), ("B", 2, 6)])
    ordered, orders = await desk.through(ORDERS, kind="purchase_orders")
    assert counts(orders) == (1, 0, 0, 1)
    [order] = await rows(desk.company, "select total::int, expected_on::text from purchase_order")
    assert tuple(order) == (63, "2030-01-01")
    sold, sales = await desk.through(SALES, kind="sales")
    assert (counts(sales), await balances()) == ((2, 0, 0, 0), [("A", 28, 28), ("B", 1, 3)])
    assert (await desk.ask("undo_import", opened))["status"] == "done"
    assert {row.code for row in await desk.rows(opened)} == {"depended_on"}
    for id in (sold, ordered, opened):
        assert (await desk.ask("undo_import", id))["status"] == "undone"
    assert await balances() == []


async def test_another_sheet_may_hold_something_else(desk, tmp_path):
    def two_sheets(workbook, first):
        write(first, [["货号", "品名", "单位"], ["A", "Tea", "个"]])
        write(workbook.add_worksheet("客户"), [["客户编码", "客户名称", "手机"], ["C", "林记", "13800000001"]])

    id = await desk.begin(book(tmp_path / "book.xlsx", two_sheets, "商品").read_bytes(), "book.xlsx")
    assert (await desk.now(id))["kind"] == "products"
    other = await desk.ask("map_import", id, kind="products", sheet="客户")
    assert (other["kind"], other["sheet"]) == ("partners", "客户")
    said = await desk.ask("map_import", id, kind="sales", sheet="商品")
    assert (said["kind"], said["sheet"]) == ("sales", "商品")
