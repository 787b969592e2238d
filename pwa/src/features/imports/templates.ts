import { saveBlob } from "../../data/download";
import type { Kind } from "./import";

/**
 * The headings of an empty file for each kind, required ones first: not the words of the screens but those by which the
 * reader of files knows its fields (workers/imports/headings.py).
 */
export const HEADINGS: Record<Kind, { "zh-CN": string; en: string; required: number }> = {
  PRODUCTS: {
    "zh-CN": "货号,商品名称,单位,规格,商品分类,零售价,参考成本,条码,包装单位,箱规",
    en: "SKU,Product name,Unit,Spec,Category,Retail price,Reference cost,Barcode,Pack unit,Pack size",
    required: 3,
  },
  PARTNERS: {
    "zh-CN": "往来单位编码,往来单位名称,往来单位类型,联系人,手机,地址",
    en: "Partner code,Partner name,Partner type,Contact,Phone,Address",
    required: 2,
  },
  PRICE_LIST: { "zh-CN": "货号,新价格", en: "SKU,New price", required: 2 },
  OPENING_STOCK: {
    "zh-CN": "货号,期初数量,单位,成本价,期初金额,仓库,期初日期",
    en: "SKU,Opening quantity,Unit,Unit cost,Stock value,Warehouse,Opening date",
    required: 2,
  },
  PURCHASE_ORDERS: {
    "zh-CN": "采购订单号,供应商,货号,采购数量,单位,采购单价,订单日期,预计到货日期,仓库,备注",
    en: "Purchase order,Supplier,SKU,Quantity,Unit,Unit price,Order date,Expected date,Warehouse,Note",
    required: 4,
  },
  SALES_ORDERS: {
    "zh-CN": "销售订单号,客户,货号,订购数量,单位,销售单价,订单日期,仓库,备注",
    en: "Sales order,Customer,SKU,Quantity,Unit,Unit price,Order date,Warehouse,Note",
    required: 4,
  },
  SALES: {
    "zh-CN": "销售单号,销售日期,货号,销售数量,客户,销售单价,销售金额,业务类型,仓库,备注",
    en: "Invoice number,Sale date,SKU,Quantity,Customer,Unit price,Amount,Document type,Warehouse,Note",
    required: 4,
  },
};

export const headingsOf = (kind: Kind, locale: string): string[] =>
  HEADINGS[kind][locale === "en" ? "en" : "zh-CN"].split(",");

/** An empty file with these headings; the mark at its beginning tells Excel that it is UTF-8. */
export const saveTemplate = (kind: Kind, locale: string, name: string) =>
  saveBlob(new Blob([`\uFEFF${headingsOf(kind, locale).join(",")}\r\n`], { type: "text/csv" }), `${name}.csv`);

/** What it takes to bring in a kind, beyond `import.run`. */
export const PERMISSIONS: Record<Kind, string> = {
  PRODUCTS: "product.write",
  PARTNERS: "partner.write",
  PRICE_LIST: "product.write",
  OPENING_STOCK: "stock.open",
  PURCHASE_ORDERS: "purchase.order",
  SALES_ORDERS: "sales.order",
  SALES: "import.run",
};

export const KINDS = Object.keys(HEADINGS) as Kind[];
