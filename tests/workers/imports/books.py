"""Workbooks as shops have them, and as other systems export them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from workers.imports.detect import LOOKED_AT, detect_in
from workers.imports.sheets import SheetInfo, look
from workers.imports.table import Detected

Fill = Callable[[xlsxwriter.Workbook, Worksheet], None]
Rows = Sequence[Sequence[Any]]


def sheets_of(path: Path) -> list[SheetInfo]:
    return [about for about, _ in look(path, 1)[0]]


def detected_in(path: Path, kind: str | None = None) -> Detected:
    return detect_in(look(path, LOOKED_AT)[0], kind, file=path.stem)


def book(path: Path, fill: Fill, sheet: str = "Sheet1") -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        fill(workbook, workbook.add_worksheet(sheet))
    return path


def table(path: Path, rows: Rows, sheet: str = "Sheet1") -> Path:
    return book(path, lambda workbook, worksheet: write(worksheet, rows), sheet)


def cells(row: str) -> list[str]:
    return row.split("|")


def write(worksheet: Worksheet, rows: Rows, top: int = 0) -> None:
    for place, row in enumerate(rows):
        worksheet.write_row(top + place, 0, row)


def stock_take(workbook: xlsxwriter.Workbook, sheet: Worksheet) -> None:
    """A title over all columns, two rows of headings, categories as merged cells, subtotals, a total, a signature."""
    bold = workbook.add_format({"bold": True, "align": "center"})
    day = workbook.add_format({"num_format": "yyyy/m/d"})
    sheet.merge_range("A1:G1", "好又多超市 2026年3月 库存盘点表", bold)
    sheet.write("A2", "制表日期：")
    sheet.write_datetime("B2", datetime(2026, 3, 31), day)
    sheet.merge_range("A3:A4", "类别", bold)
    sheet.merge_range("B3:B4", "货号", bold)
    sheet.merge_range("C3:C4", "品名及规格", bold)
    sheet.merge_range("D3:E3", "盘点", bold)
    sheet.write("D4", "实盘数量")
    sheet.write("E4", "金额")
    sheet.merge_range("F3:F4", "仓库", bold)
    sheet.merge_range("G3:G4", "日期", bold)
    rows = [
        ["饮料", "0012", "可乐 500ml*24", "3箱5个", 231.5, "总仓", date(2026, 3, 31)],
        ["", "0013", "雪碧 500ml*24", 12, 36, "总仓", date(2026, 3, 31)],
        ["", "小计", "", "", 267.5],
        ["日用", "0101", "纸巾(3层120抽)", "－2", -9, "总仓", date(2026, 3, 31)],
        ["合计", "", "", "", 258.5],
    ]
    for place, row in enumerate(rows, start=4):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(place, column, value, day)
            elif value != "":
                sheet.write(place, column, value)
    sheet.merge_range("A5:A7", "饮料")
    sheet.write("A11", "制表人：王芳")


JSHERP_TIP = ["*导入时本行内容请勿删除，切记！"]
JSHERP = [
    JSHERP_TIP,
    cells(
        "名称*|规格|型号|颜色|品牌|类别|基础重量(kg)|保质期(天)|基本单位*|副单位|基本条码*|副条码|比例|多属性|采购价|零售价|"
        "销售价|最低售价|状态*|序列号|批号|仓位货架|制造商|扩展1|扩展2|扩展3|备注|总仓"
    ),
    cells("商品1|规格1||||目录1|||个|箱|1000|1001|12||11.000|22.000|||1|0|0|||||||5.00"),
]
JSHERP_CUSTOMERS = [
    JSHERP_TIP,
    cells(
        "名称*|联系人|手机号码|联系电话|电子邮箱|传真|期初应收|纳税人识别号|税率(%)|开户行|账号|地址|备注|排序|状态*",
    ),
    cells("客户1|小李|13000000000|||||||||地址1|||1"),
]
ERPNEXT = [
    ["ID", "Item Code", "Item Name", "Item Group", "Default Unit of Measure", "Standard Selling Rate", "ID (Barcodes)",
     "Barcode (Barcodes)", "UOM (Barcodes)"],
    ["T-1", "T-1", "Tea", "Drinks", "Nos", 12.5, "a1b2", "6901234567892", "Box"],
]  # fmt: skip
ERPNEXT_TEMPLATE = [
    ["Data Import Template"], ["Table:", "Item"], [""], [""], ["Notes:"],
    ["Please do not change the template headings."], ["First data column must be blank."], [""],
    ["DocType:", "Item", "", "", "", "~", "Item Barcode", "barcodes"],
    ["Column Labels:", "ID", "Item Code", "Item Name", "Default Unit of Measure", "", "ID", "Barcode"],
    ["Column Name:", "name", "item_code", "item_name", "stock_uom", "~", "name", "barcode"],
    ["Mandatory:", "Yes", "Yes", "No", "Yes", "", "Yes", "No"],
    ["Type:", "Data (text)", "Data", "Data", "Link", "", "Data", "Data"],
    ["Info:", "", "", "", "Valid UOM", "", "", ""],
    ["Start entering data below this line"],
    ["", '"T-1"', "T-1", "Tea", "Nos", "", '"a1b2"', "6901234567892"],
    ["", '"T-2"', "T-2", "Coffee", "Nos"],
]  # fmt: skip
INVENTREE = [
    ["Part ID", "Part Name", "Part Description", "IPN", "Revision", "Keywords", "Units", "Category ID", "Category Name",
     "Active"],
    ["7", "M2x4 LPHS", "M2x4 low profile screw", "SC-0007", "", "", "pcs", "3", "Screws", "True"],
]  # fmt: skip
ODOO = [
    ["External ID", "Name", "Internal Reference", "Sales Price", "Cost", "Barcode", "Product Category",
     "Unit of Measure"],
    ["__export__.product_7", "Desk", "FURN-7", 49.0, 25.0, "6901234567892", "All / Office", "Units"],
]  # fmt: skip
ODOO_NAMES = [
    ["id", "name", "default_code", "list_price", "standard_price", "barcode", "categ_id/id", "uom_id/id"],
    ["__export__.product_7", "Desk", "FURN-7", "49.0", "25.0", "6901234567892", "product.cat", "uom.unit"],
]  # fmt: skip
