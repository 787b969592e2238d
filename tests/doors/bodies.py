"""A good body for every command, in the names of GraphQL, with each id that the command may name."""

from collections.abc import Callable
from typing import Any

from domain.ids import new_id
from tests.api.shop import Firm

Body = dict[str, Any]


def new() -> str:
    return str(new_id())


def records(*each: Body) -> Body:
    return {"records": list(each), "allOrNothing": False}


def outside() -> Body:
    return {"source": "shop", "number": new()}


def sale(firm: Firm) -> Body:
    line = {"productId": of(firm, "product"), "quantity": "2", "unitId": of(firm, "unit", 9)}
    return {
        "orderId": new(), "partnerId": of(firm, "partner"), "locationId": of(firm, "location"), "lines": [line],
        "documentOn": "2026-02-28", "note": "by bicycle",
    }  # fmt: skip


def open_order(firm: Firm) -> Body:
    return {name: value for name, value in sale(firm).items() if name != "orderId"} | {"external": outside()}


def of(firm: Firm, kind: str, i: int = 1) -> str:
    return str(firm.id(kind, i))


BODIES: dict[str, Callable[[Firm], Body]] = {
    "masterdata.save_units": lambda _: records({"id": new(), "name": new(), "decimals": 0, "external": outside()}),
    "masterdata.save_categories": lambda firm: records(
        {"id": new(), "name": new(), "parentId": of(firm, "category", 0)}
    ),
    "masterdata.save_warehouses": lambda _: records(
        {"id": new(), "code": new(), "name": "仓库", "negative": "WARN", "active": True}
    ),
    "masterdata.save_products": lambda firm: records(
        {
            "id": new(), "sku": new(), "name": "龙井茶", "spec": "250 g", "unitId": of(firm, "unit"), "kind": "GOODS",
            "categoryId": of(firm, "category", 0), "price": "12.50", "referenceCost": "6",
            "units": [{"unitId": of(firm, "unit", 9), "numerator": "12", "denominator": "1"}],
            "barcodes": [{"code": new(), "unitId": of(firm, "unit", 9)}],
        }
    ),
    "masterdata.save_partners": lambda _: records(
        {
            "id": new(), "code": new(), "name": "Lin & Co", "isSupplier": True, "isCustomer": True,
            "contactName": "林女士", "phone": "13800138000", "address": "1 Quay Road", "active": True,
        }
    ),
    "masterdata.set_prices": lambda _: records({"sku": "SKU-5", "price": "12.50", "external": outside()}),
    "masterdata.withdraw_products": lambda _: {"importId": new(), "stepId": new()},
    "masterdata.withdraw_partners": lambda _: {"importId": new(), "stepId": new()},
    "inventory.record_opening_stock": lambda firm: records(
        {
            "productId": of(firm, "product"), "locationId": of(firm, "location", 2), "quantity": "3", "unitCost": "6",
            "unitId": of(firm, "unit", 9), "key": "row 1",
        }
    ),
    "inventory.reverse_opening_stock": lambda _: {"importId": new(), "stepId": new()},
    "inventory.adjust_stock": lambda firm: {
        "documentId": new(), "locationId": of(firm, "location"), "reason": "broken",
        "lines": [
            {"productId": of(firm, "product"), "direction": "OUT", "quantity": "1", "unitId": of(firm, "unit", 9)}
        ],
    },
    "inventory.record_count": lambda firm: {
        "documentId": new(), "note": "",
        "lines": [
            {
                "productId": of(firm, "product", 3), "locationId": of(firm, "location", 3), "counted": "7",
                "unitId": of(firm, "unit", 9), "countedAt": "2026-11-01T08:00:00Z",
            }
        ],
    },
    "inventory.close_period": lambda _: {"closedTo": "2026-01-31", "reopen": False},
    "inventory.attach_photo": lambda firm: {
        "photoId": new(), "documentId": of(firm, "stock_document"), "mediaType": "image/png",
        "image": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ",
    },
    "inventory.send_transfer": lambda firm: {
        "transferId": new(), "documentId": new(), "fromLocationId": of(firm, "location"),
        "toLocationId": of(firm, "location", 2), "note": "by van",
        "lines": [{"productId": of(firm, "product"), "quantity": "2", "unitId": of(firm, "unit", 9)}],
    },
    "inventory.receive_transfer": lambda firm: {
        "documentId": new(), "transferId": of(firm, "stock_transfer"), "close": False,
        "lines": [
            {"lineId": of(firm, "stock_transfer_line"), "quantity": "1", "unitId": of(firm, "unit", 9)}
        ],
    },
    "inventory.close_discrepancy": lambda firm: {"discrepancyId": of(firm, "discrepancy", 10), "note": "found"},
    "attention.accept_call": lambda firm: {"callId": of(firm, "waiting_call", 1), "note": ""},
    "attention.discard_call": lambda firm: {"callId": of(firm, "waiting_call", 2), "note": "it never happened"},
    "jobs.cancel_job": lambda firm: {"jobId": of(firm, "job", 1)},
    "jobs.pause_job": lambda firm: {"jobId": of(firm, "job", 5)},
    "jobs.resume_job": lambda firm: {"jobId": of(firm, "job", 2)},
    "jobs.retry_job": lambda firm: {"jobId": of(firm, "job", 3)},
    "imports.begin_import": lambda firm: {"importId": new(), "fileId": of(firm, "stored_file")},
    "imports.map_import": lambda firm: {
        "importId": of(firm, "import_job", 12), "kind": "PRODUCTS", "sheet": "Sheet", "headingRow": 1,
        "columns": [{"column": i, "field": field} for i, field in enumerate(("sku", "name", "unit"))],
        "options": {"source": "shop", "sameCode": "REFUSE", "reserve": False},
    },
    "imports.check_import": lambda firm: {"importId": of(firm, "import_job", 24)},
    "imports.run_import": lambda firm: {"importId": of(firm, "import_job", 4)},
    "imports.correct_import_rows": lambda firm: {
        "importId": of(firm, "import_job", 16),
        "rows": [{"line": 2, "values": [{"field": "unit", "value": "piece"}]}],
    },
    "imports.choose_duplicates": lambda firm: {
        "importId": of(firm, "import_job", 8), "rows": [{"line": 2, "entityId": None}]
    },
    "imports.undo_import": lambda firm: {"importId": of(firm, "import_job", 20)},
    "exports.export_list": lambda _: {
        "jobId": new(), "list": "products", "columns": ["sku", "name"], "filter": "{}", "order": ["SKU_ASC"],
        "format": "CSV", "language": "EN", "keys": False,
    },
    "reconciliation.check_stock": lambda _: {"jobId": new()},
    "reconciliation.repair_stock": lambda firm: {
        "reconciliationId": of(firm, "reconciliation", 2), "check": "SHIPPED",
        "keys": [of(firm, "sales_order_line", 2)],
    },
    "purchasing.place_purchase_order": lambda firm: sale(firm) | {"expectedOn": "2026-12-24"},
    "purchasing.take_over_purchase_orders": lambda firm: records(open_order(firm) | {"expectedOn": "2026-12-24"}),
    "purchasing.withdraw_purchase_orders": lambda _: {"importId": new(), "stepId": new()},
    "purchasing.record_receipt": lambda firm: {
        "documentId": new(), "orderId": of(firm, "purchase_order"), "locationId": of(firm, "location"),
        "lines": [
            {"lineId": of(firm, "purchase_order_line"), "quantity": "1", "unitId": of(firm, "unit", 9)}
        ],
    },
    "purchasing.record_blind_receipt": lambda firm: {
        "documentId": new(), "locationId": of(firm, "location"), "partnerId": of(firm, "partner"),
        "lines": [{"productId": of(firm, "product"), "quantity": "1", "unitId": of(firm, "unit", 9)}],
    },
    "sales.place_sales_order": sale,
    "sales.take_over_sales_orders": lambda firm: records(open_order(firm) | {"reserve": "AVAILABLE"}),
    "sales.withdraw_sales_orders": lambda _: {"importId": new(), "stepId": new()},
    "sales.withdraw_past_sales": lambda _: {"importId": new(), "stepId": new()},
    "sales.confirm_sales_order": lambda firm: {"orderId": of(firm, "sales_order", 5), "reserve": "AVAILABLE"},
    "sales.ship_sales_order": lambda firm: {
        "documentId": new(), "orderId": of(firm, "sales_order", 4),
        "lines": [{"lineId": of(firm, "sales_order_line", 4), "quantity": "1"}],
    },
    "sales.cancel_sales_order": lambda firm: {"orderId": of(firm, "sales_order", 7)},
    "sales.sell_now": sale,
    "sales.record_handover": sale,
    "sales.record_return": lambda firm: sale(firm) | {
        "lines": [
            {
                "productId": of(firm, "product", 14), "quantity": "1", "unitId": of(firm, "unit", 4),
                "sourceLineId": of(firm, "sales_order_line", 14),
            }
        ]
    },
    "sales.record_past_sales": lambda firm: records(
        {
            "external": outside(), "kind": "SALE", "locationId": of(firm, "location"),
            "happenedAt": "2026-02-28T08:00:00Z",
            "lines": [{"productId": of(firm, "product"), "quantity": "1"}],
            "partnerId": of(firm, "partner"), "note": "",
        }
    ),
    "sales.release_short_reservations": lambda firm: {
        "productId": of(firm, "product"), "locationId": of(firm, "location")
    },
}  # fmt: skip
