"""The lists that can be exported, by their names in GraphQL, each with the permissions any one of which opens it.

They are the connections of the read schema; a test compares the two.
"""

LISTS: dict[str, tuple[str, ...]] = {
    "discrepancies": ("discrepancy.read",),
    "importRows": ("import.run",),
    "imports": ("import.run",),
    "jobs": ("job.own",),
    "logEntries": ("audit.read",),
    "partners": ("partner.read", "sales.read", "purchase.read"),
    "photos": ("stock.read",),
    "products": ("product.read",),
    "purchaseOrders": ("purchase.read",),
    "reconciliations": ("reconcile.run", "audit.read"),
    "salesLines": ("sales.read",),
    "salesOrders": ("sales.read",),
    "stockDocuments": ("stock.read", "sales.read", "purchase.read"),
    "stockLevels": ("stock.read",),
    "stockMoves": ("stock.read",),
    "stockTransfers": ("stock.read",),
    "waitingCalls": ("waiting.decide",),
}
