"""What columns are called, in Chinese and English, and in the exports of other systems."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

# kind → field → names of its column, the surest first. The fields and which of them are needed are those of
# domain/imports/kinds.py.
NAMES: dict[str, dict[str, str]] = {
    "products": {
        "sku": "货号 商品编码 商品编号 商品代码 产品编码 产品编号 物料编码 物料编号 存货编码 sku itemcode "
        "productcode stockcode productid code 商品货号 编码 编号 代码 款号 internalreference defaultcode",
        "name": "商品名称 品名 产品名称 货品名称 物料名称 存货名称 名称 productname itemname name 商品 产品 "
        "品名规格 description title 品名及规格",
        "spec": "规格 规格型号 型号规格 型号 spec specification size model",
        "origin": "产地 原产地 原产国 origin countryoforigin madein",
        "unit": "基本单位 单位 计量单位 主单位 库存单位 unit uom stockunit stockuom defaultunitofmeasure "
        "unitofmeasure units",
        "category": "商品分类 商品类别 分类 类别 产品分类 品类 category itemgroup productcategory group categoryname",
        "price": "零售价 售价 销售价 零售单价 标准售价 建议售价 价格 单价 retailprice salesprice saleprice "
        "listprice standardsellingrate sellingprice price unitprice rate",
        "reference_cost": "参考成本 成本价 进价 采购价 进货价 成本 成本单价 referencecost costprice "
        "purchaseprice cost standardprice valuationrate standardcost",
        "barcodes": "条码 条形码 商品条码 国际条码 基本条码 商品条形码 barcode barcodes ean ean13 gtin upc "
        "69码 副条码 条码2 条码1",
        "kind": "商品类型 类型 producttype kind type",
        "active": "启用 状态 是否启用 active enabled status",
        "pack_unit": "副单位 包装单位 辅助单位 大单位 箱单位 packunit packageunit",
        "pack_size": "箱规 装箱数 包装数量 每箱数量 比例 换算率 换算关系 换算比例 packsize packqty "
        "unitsperpack caseqty",
    },
    "partners": {
        "code": "客户编码 供应商编码 往来单位编码 客户编号 供应商编号 单位编码 编码 编号 代码 partnercode "
        "customercode suppliercode customerid supplierid code reference 会员卡号",
        "name": "客户名称 供应商名称 往来单位名称 单位名称 公司名称 名称 客户 供应商 往来单位 partnername "
        "customername suppliername companyname name company customer supplier 全称 displayname",
        "contact_name": "联系人 联系人姓名 contact contactname contactperson",
        "phone": "手机号码 手机号 手机 联系电话 电话 电话号码 联系方式 phone mobile mobileno telephone tel phonenumber",
        "address": "送货地址 收货地址 联系地址 详细地址 地址 address deliveryaddress street",
        "kind": "往来类型 单位类型 往来单位类型 类型 类别 partnertype kind type",
        "active": "启用 状态 是否启用 active enabled status",
    },
    "price_list": {
        "sku": "货号 商品编码 商品编号 商品代码 产品编码 sku itemcode productcode stockcode code 编码 编号",
        "price": "新价格 价格 零售价 售价 销售价 批发价 单价 报价 会员价 price newprice listprice "
        "pricelistrate rate unitprice salesprice",
    },
    "opening_stock": {
        "sku": "货号 商品编码 商品编号 商品代码 产品编码 物料编码 存货编码 sku itemcode productcode stockcode "
        "code 编码 编号 internalreference ipn",
        "quantity": "期初数量 期初库存 库存数量 现存量 当前库存 实盘数量 盘点数量 结存数量 库存 数量 "
        "openingqty openingquantity onhand quantityonhand qtyonhand stock quantity qty instock totalstock "
        "availablestock inventoriedquantity",
        "unit": "单位 基本单位 计量单位 unit uom stockuom",
        "unit_cost": "成本价 单位成本 成本单价 期初成本 期初单价 进价 成本 单价 unitcost cost valuationrate "
        "price purchaseprice",
        "value": "期初金额 库存金额 成本金额 结存金额 金额 value amount stockvalue total",
        "warehouse": "仓库 仓库名称 仓库编码 所属仓库 库房 warehouse warehousename location locationname",
        "date": "期初日期 日期 建账日期 date openingdate postingdate",
    },
    "purchase_orders": {
        "number": "采购订单号 采购单号 订单编号 订单号 单据编号 单据号 单号 ponumber purchaseorder ordernumber "
        "orderno number orderreference id reference",
        "date": "订单日期 采购日期 单据日期 下单日期 日期 orderdate date transactiondate",
        "expected": "预计到货日期 到货日期 预计到货 交货日期 交期 expected expecteddate deliverydate "
        "requiredby scheduledate expectedarrival targetdate",
        "partner": "供应商编码 供应商 供应商名称 供货商 往来单位 supplier suppliername vendor partner suppliercode",
        "sku": "货号 商品编码 商品编号 商品代码 产品编码 物料编码 sku itemcode productcode stockcode code 编码 "
        "internalpartnumber",
        "quantity": "采购数量 订购数量 订货数量 数量 未到数量 quantity qty orderedquantity orderqty",
        "unit": "单位 计量单位 采购单位 unit uom",
        "unit_price": "采购单价 采购价 含税单价 单价 进价 unitprice price rate purchaseprice",
        "warehouse": "仓库 入库仓库 收货仓库 仓库名称 warehouse location targetwarehouse",
        "note": "备注 说明 note remark notes remarks",
    },
    "sales_orders": {
        "number": "销售订单号 订单编号 订单号 单据编号 单据号 单号 sonumber salesorder ordernumber orderno "
        "number orderreference id reference",
        "date": "订单日期 下单日期 单据日期 日期 orderdate date transactiondate",
        "partner": "客户编码 客户 客户名称 购货单位 往来单位 customer customername partner customercode",
        "sku": "货号 商品编码 商品编号 商品代码 产品编码 物料编码 sku itemcode productcode stockcode code 编码",
        "quantity": "订购数量 订货数量 销售数量 数量 未发数量 quantity qty orderedquantity orderqty",
        "unit": "单位 计量单位 销售单位 unit uom",
        "unit_price": "销售单价 含税单价 单价 售价 unitprice price rate",
        "warehouse": "仓库 出库仓库 发货仓库 仓库名称 warehouse location",
        "note": "备注 说明 note remark notes remarks",
    },
    "sales": {
        "number": "出库单号 销售单号 单据编号 单据号 发票号 单号 订单号 documentnumber invoiceno invoicenumber "
        "invoice number orderno ordernumber receiptno",
        "date": "出库日期 销售日期 单据日期 开单日期 日期 时间 invoicedate documentdate date postingdate saledate time",
        "partner": "客户编码 客户 客户名称 购货单位 往来单位 partner partnercode customercode customerid "
        "customer customername",
        "sku": "货号 商品编码 商品编号 商品代码 产品编码 物料编码 sku itemcode productcode stockcode code 编码",
        "quantity": "出库数量 销售数量 数量 quantity qty",
        "unit_price": "销售单价 单价 售价 unitprice price rate",
        "amount": "销售金额 价税合计 金额 amount total linetotal netamount",
        "kind": "单据类型 业务类型 类型 kind type documenttype",
        "warehouse": "仓库 出库仓库 发货仓库 仓库名称 warehouse location",
        "note": "备注 说明 note remark notes remarks",
    },
}
REQUIRED = {
    "products": ("sku", "name", "unit"),
    "partners": ("code", "name"),
    "price_list": ("sku", "price"),
    "opening_stock": ("sku", "quantity"),
    "purchase_orders": ("number", "partner", "sku", "quantity"),
    "sales_orders": ("number", "partner", "sku", "quantity"),
    "sales": ("number", "date", "sku", "quantity"),
}
TOGETHER = frozenset({"barcodes"})  # fields that several columns may fill
# What a title or the name of a sheet or file says of the kind.
TITLES = {
    "products": "商品资料 商品信息 商品档案 商品列表 产品资料 物料 products items catalogue catalog",
    "partners": "客户资料 供应商资料 往来单位 客户档案 客户列表 供应商列表 通讯录 customers suppliers partners "
    "contacts",
    "price_list": "价目表 价格表 报价单 调价 pricelist prices",
    "opening_stock": "期初 库存表 库存盘点 盘点表 现存量 库存余额 openingstock inventory stock",
    "purchase_orders": "采购订单 采购单 订货单 purchaseorders purchaseorder",
    "sales_orders": "销售订单 客户订单 salesorders salesorder",
    "sales": "销售出库 销售明细 销售流水 销售单 出库明细 历史销售 sales invoices",
}
# Columns that say which of two kinds it is, where their other columns are the same.
TELL = {
    "partners": {"contact_name": 1.5, "phone": 1.5, "address": 1.0},
    "opening_stock": {"quantity": 1.0, "value": 0.5, "warehouse": 0.5},
    "products": {"name": 1.0, "unit": 0.5, "barcodes": 0.5, "category": 0.5},
    "sales": {"number": 0.5, "date": 0.5, "amount": 0.5},
}


@dataclass(frozen=True, slots=True)
class Source:
    """A system whose exports are known: the headings that only it has, and what they are."""

    name: str
    kind: str
    marks: frozenset[str]
    fields: Mapping[str, str]


def source(name: str, kind: str, marks: str, fields: str) -> Source:
    pairs = (pair.partition("=") for pair in fields.split(" | "))
    return Source(name, kind, frozenset(marks.split(" | ")), {heading: field for heading, _, field in pairs})


# jshERP: jishenghua/jshERP, jshERP-boot/src/main/java/com/jsh/erp/service/MaterialService.java, exportExcel, and
#   SupplierService.java, exportExcelVendorOrCustomer: a row that says not to delete it, headings with * where needed,
#   and for products a column of opening stock for each warehouse after 备注.
# ERPNext: frappe/frappe, frappe/core/doctype/data_import/exporter.py: labels, those of a child table with its label in
#   brackets; the older template is frappe/core/doctype/data_export/exporter.py (see detect.template).
# InvenTree: inventree/InvenTree, src/backend/InvenTree/part/serializers.py (labels of PartSerializer); before 0.17
#   part/admin.py, PartResource, and stock/admin.py, StockItemResource.
# Odoo: odoo/odoo, addons/web/controllers/export.py: labels, or the names of fields for a file that is to come back.
SOURCES = (
    source(
        "jsherp", "products", "名称* | 基本单位* | 基本条码* | 多属性",
        "名称*=name | 规格=spec | 类别=category | 基本单位*=unit | 副单位=pack_unit | 基本条码*=sku | "
        "副条码=barcodes | 比例=pack_size | 采购价=reference_cost | 零售价=price | 状态*=active",
    ),
    source(
        "jsherp", "partners", "名称* | 手机号码 | 纳税人识别号 | 开户行 | 状态*",
        "名称*=name | 联系人=contact_name | 手机号码=phone | 地址=address | 状态*=active",
    ),
    source(
        "erpnext", "products", "Item Code | Item Group | Default Unit of Measure",
        "Item Code=sku | Item Name=name | Item Group=category | Default Unit of Measure=unit | "
        "Barcode (Barcodes)=barcodes | Standard Selling Rate=price | Valuation Rate=reference_cost | "
        "Country of Origin=origin",
    ),
    source(
        "erpnext", "partners", "Customer Name | Customer Group",
        "ID=code | Customer Name=name | Mobile No=phone | Primary Address=address",
    ),
    source(
        "erpnext", "partners", "Supplier Name | Supplier Group",
        "ID=code | Supplier Name=name | Mobile No=phone | Primary Address=address",
    ),
    source(
        "erpnext", "sales_orders", "Item Code (Items) | Customer | Delivery Date",
        "ID=number | Customer=partner | Date=date | Item Code (Items)=sku | Quantity (Items)=quantity | "
        "UOM (Items)=unit | Rate (Items)=unit_price",
    ),
    source(
        "erpnext", "purchase_orders", "Item Code (Items) | Supplier | Required By",
        "ID=number | Supplier=partner | Date=date | Required By=expected | Item Code (Items)=sku | "
        "Quantity (Items)=quantity | UOM (Items)=unit | Rate (Items)=unit_price",
    ),
    source(
        "inventree", "products", "IPN | Part Name | Part Description",
        "IPN=sku | Part Name=name | Part Description=spec | Units=unit | Category Name=category | Active=active",
    ),
    source(
        "inventree", "products", "IPN | Name | Category Name | Units",
        "IPN=sku | Name=name | Description=spec | Units=unit | Category Name=category | Active=active",
    ),
    source(
        "inventree", "opening_stock", "Stock Item ID | Part Name | Quantity",
        "Part IPN=sku | Quantity=quantity | Location Name=warehouse | Purchase Price=unit_cost",
    ),
    source(
        "odoo", "products", "Internal Reference | Sales Price",
        "Internal Reference=sku | Name=name | Sales Price=price | Cost=reference_cost | Barcode=barcodes | "
        "Product Category=category | Unit of Measure=unit | Unit=unit | Active=active",
    ),
    source(
        "odoo", "products", "default_code | list_price",
        "default_code=sku | name=name | list_price=price | standard_price=reference_cost | barcode=barcodes | "
        "categ_id=category | categ_id/name=category | uom_id=unit | uom_id/name=unit | active=active",
    ),
)  # fmt: skip

WITHOUT = re.compile(r"[\s_*:\-./\\]")
BRACKETS = re.compile(r"[(\[【〔<].*?[)\]】〕>]")
LATIN_NOTES = {"kg", "g", "ml", "l", "cny", "rmb", "usd", "required", "optional", "%", "¥", "pcs", "yyyymmdd"}


def bare(heading: str) -> str:
    """What a heading says, without what does not matter: 商 品 名称* is 商品名称, 单价（元） is 单价. UOM (Barcodes)
    stays apart from UOM."""
    text = unicodedata.normalize("NFKC", heading)
    for note in BRACKETS.findall(text):
        inside = WITHOUT.sub("", note[1:-1]).casefold()
        if not inside.isascii() or inside in LATIN_NOTES:
            text = text.replace(note, "")
    return WITHOUT.sub("", text).casefold()


LOOKUP: dict[str, dict[str, tuple[str, float]]] = {  # kind → bare heading → field, score
    kind: {
        name: (field, 1 - 0.01 * place)
        for field, names in fields.items()
        for place, name in reversed(list(enumerate(names.split())))
    }
    for kind, fields in NAMES.items()
}
KNOWN = frozenset(name for names in LOOKUP.values() for name in names)


def field_of(kind: str, heading: str) -> tuple[str, float] | None:
    """The field that a heading names, and how surely."""
    text = bare(heading)
    if found := LOOKUP[kind].get(text):
        return found
    best: tuple[str, float] | None = None  # a longer heading that ends with a known one: 期初结存数量
    for name, (field, score) in LOOKUP[kind].items():
        short = len(name) >= (2 if not name.isascii() else 6)
        if short and text.endswith(name) and (best is None or score * 0.6 > best[1]):
            best = field, score * 0.6
    return best
