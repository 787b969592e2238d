"""Every command there is, on one page. A line here makes a command reachable through every door."""

from dataclasses import replace

from domain.attention import commands as attention
from domain.audit import commands as audit
from domain.entry import Entry
from domain.exports import commands as exports
from domain.imports import commands as imports
from domain.inventory import attachments, opening, periods, reversal, transfers
from domain.inventory import commands as inventory
from domain.jobs import commands as jobs
from domain.masterdata import commands as masterdata
from domain.masterdata import prices, products, withdrawing
from domain.purchasing import commands as purchasing
from domain.purchasing import taking_over as open_purchases
from domain.sales import commands as sales
from domain.sales import history, returns
from domain.sales import taking_over as open_sales
from domain.sales import withdrawing as past_sales

COMMANDS = {
    "masterdata.save_units": Entry(masterdata.SaveUnits, masterdata.save_units, "request", "product.write", 1),
    "masterdata.save_categories": Entry(
        masterdata.SaveCategories, masterdata.save_categories, "request", "product.write", 1
    ),
    "masterdata.save_warehouses": Entry(
        masterdata.SaveWarehouses, masterdata.save_warehouses, "request", "warehouse.write", 1
    ),
    "masterdata.save_products": Entry(products.SaveProducts, products.save_products, "request", "product.write", 1),
    "masterdata.save_partners": Entry(masterdata.SavePartners, masterdata.save_partners, "request", "partner.write", 1),
    "masterdata.set_prices": Entry(prices.SetPrices, prices.set_prices, "request", "product.write", 1),
    "masterdata.withdraw_products": Entry(
        withdrawing.WithdrawProducts, withdrawing.withdraw_products, "request", "product.write", 1
    ),
    "masterdata.withdraw_partners": Entry(
        withdrawing.WithdrawPartners, withdrawing.withdraw_partners, "request", "partner.write", 1
    ),
    "inventory.record_opening_stock": Entry(
        opening.RecordOpeningStock, opening.record_opening_stock, "request", "stock.open", 1
    ),
    "inventory.reverse_opening_stock": Entry(
        reversal.ReverseOpeningStock, reversal.reverse_opening_stock, "request", "stock.open", 1
    ),
    "inventory.adjust_stock": Entry(inventory.AdjustStock, inventory.adjust_stock, "request", "stock.adjust"),
    "inventory.record_count": Entry(inventory.RecordCount, inventory.record_count, "fact", "stock.count", 1),
    "inventory.attach_photo": Entry(attachments.AttachPhoto, attachments.attach_photo, "fact", "stock.read", 10),
    "inventory.close_discrepancy": Entry(
        inventory.CloseDiscrepancy, inventory.close_discrepancy, "request", "discrepancy.close"
    ),
    "inventory.close_period": Entry(periods.ClosePeriod, periods.close_period, "request", "period.close", 1),
    "attention.accept_call": Entry(attention.AcceptCall, attention.accept_call, "request", "waiting.decide"),
    "attention.discard_call": Entry(attention.DiscardCall, attention.discard_call, "request", "waiting.decide"),
    "jobs.cancel_job": Entry(jobs.CancelJob, jobs.cancel_job, "request", "job.own"),
    "jobs.pause_job": Entry(jobs.PauseJob, jobs.pause_job, "request", "job.own"),
    "jobs.resume_job": Entry(jobs.ResumeJob, jobs.resume_job, "request", "job.own"),
    "jobs.retry_job": Entry(jobs.RetryJob, jobs.retry_job, "request", "job.own"),
    "imports.begin_import": Entry(imports.BeginImport, imports.begin_import, "request", "import.run", 1),
    "imports.map_import": Entry(imports.MapImport, imports.map_import, "request", "import.run", 1),
    "imports.check_import": Entry(imports.CheckImport, imports.check_import, "request", "import.run", 1),
    "imports.run_import": Entry(imports.RunImport, imports.run_import, "request", "import.run", 1),
    "imports.correct_import_rows": Entry(
        imports.CorrectImportRows, imports.correct_import_rows, "request", "import.run", 1
    ),
    "imports.choose_duplicates": Entry(imports.ChooseDuplicates, imports.choose_duplicates, "request", "import.run", 1),
    "imports.undo_import": Entry(imports.UndoImport, imports.undo_import, "request", "import.run", 1),
    "exports.export_list": Entry(exports.ExportList, exports.export_list, "request", "export.run"),
    "inventory.send_transfer": Entry(transfers.SendTransfer, transfers.send_transfer, "fact", "stock.transfer"),
    "inventory.receive_transfer": Entry(
        transfers.ReceiveTransfer, transfers.receive_transfer, "fact", "stock.transfer"
    ),
    "purchasing.place_purchase_order": Entry(
        purchasing.PlacePurchaseOrder, purchasing.place_purchase_order, "request", "purchase.order"
    ),
    "purchasing.take_over_purchase_orders": Entry(
        open_purchases.TakeOverPurchaseOrders, open_purchases.take_over_purchase_orders, "request", "purchase.order", 1
    ),
    "purchasing.withdraw_purchase_orders": Entry(
        open_purchases.WithdrawPurchaseOrders, open_purchases.withdraw_purchase_orders, "request", "purchase.order", 1
    ),
    "purchasing.record_receipt": Entry(purchasing.RecordReceipt, purchasing.record_receipt, "fact", "purchase.receive"),
    "purchasing.record_blind_receipt": Entry(
        purchasing.RecordBlindReceipt, purchasing.record_blind_receipt, "fact", "purchase.receive"
    ),
    "sales.place_sales_order": Entry(sales.PlaceSalesOrder, sales.place_sales_order, "request", "sales.order"),
    "sales.take_over_sales_orders": Entry(
        open_sales.TakeOverSalesOrders, open_sales.take_over_sales_orders, "request", "sales.order", 1
    ),
    "sales.withdraw_sales_orders": Entry(
        open_sales.WithdrawSalesOrders, open_sales.withdraw_sales_orders, "request", "sales.order", 1
    ),
    "sales.confirm_sales_order": Entry(sales.ConfirmSalesOrder, sales.confirm_sales_order, "request", "sales.order"),
    "sales.ship_sales_order": Entry(sales.ShipSalesOrder, sales.ship_sales_order, "request", "sales.ship", hot=True),
    "sales.cancel_sales_order": Entry(sales.CancelSalesOrder, sales.cancel_sales_order, "request", "sales.order"),
    "sales.sell_now": Entry(sales.SellNow, sales.sell_now, "request", "sales.ship", hot=True),
    "sales.record_handover": Entry(sales.RecordHandover, sales.record_handover, "fact", "sales.ship", hot=True),
    "sales.record_return": Entry(returns.RecordReturn, returns.record_return, "request", "sales.return"),
    "sales.record_past_sales": Entry(history.RecordPastSales, history.record_past_sales, "fact", "import.run", 1),
    "sales.withdraw_past_sales": Entry(
        past_sales.WithdrawPastSales, past_sales.withdraw_past_sales, "request", "import.run", 1
    ),
    "sales.release_short_reservations": Entry(
        sales.ReleaseShortReservations, sales.release_short_reservations, "request", "sales.order"
    ),
    "reconciliation.check_stock": Entry(audit.CheckStock, audit.check_stock, "request", "reconcile.run"),
    "reconciliation.repair_stock": Entry(audit.RepairStock, audit.repair_stock, "request", "reconcile.run", 1),
}

CATALOGUE = {name: replace(entry, name=name) for name, entry in COMMANDS.items()}
assert len({name.partition(".")[2] for name in CATALOGUE}) == len(CATALOGUE), "the last part of a name is unique"

HOT_SHAPES = 3 * sum(entry.hot for entry in CATALOGUE.values())  # a load, perhaps a second one, and a write
assert HOT_SHAPES <= 20
