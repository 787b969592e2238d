"""The template of ERPNext's older data import, with its rows of notes before the data.

frappe/frappe, frappe/core/doctype/data_export/exporter.py, and before it the import of webnotes: rows that begin with
the words below; the columns of a child table come after one whose name is ~; ids are in quotation marks.
"""

import re
from collections.abc import Sequence

from workers.imports.fit import samples_of
from workers.imports.sheets import Row
from workers.imports.table import DATA_BELOW, SAMPLES, Column, Detected

LABELS, COLUMN_NAMES = "Column Labels:", "Column Name:"
TEMPLATE_FIELDS = {
    "products": "item_code=sku item_name=name name=sku item_group=category stock_uom=unit standard_rate=price "
    "valuation_rate=reference_cost barcode=barcodes country_of_origin=origin",
    "partners": "name=code customer_name=name supplier_name=name mobile_no=phone primary_address=address",
}


def template(rows: Sequence[Row], sheet: str, kind: str | None) -> Detected | None:
    """None: it is not that template."""
    marked = {row.cells[0].strip(): row for row in rows if row.cells and row.cells[0].strip().endswith(":")}
    if LABELS not in marked or COLUMN_NAMES not in marked:
        return None
    labels, names = marked[LABELS], marked[COLUMN_NAMES]
    said = " ".join(cell for row in rows if row.line < labels.line for cell in row.cells[1:2])
    kind = kind or ("partners" if re.search(r"\b(Customer|Supplier)\b", said) else "products")
    wanted = dict(pair.split("=") for pair in TEMPLATE_FIELDS.get(kind, "").split())
    child = next((place for place, name in enumerate(names.cells) if name == "~"), len(names.cells))
    begin = next((row.line for row in rows if "".join(row.cells[:1]) in DATA_BELOW), names.line)
    below = [row for row in rows if row.line > begin]
    taken: set[str] = set()
    columns: list[Column] = []
    for index, heading in enumerate(labels.cells):
        name = names.cells[index].strip() if index < len(names.cells) else ""
        found = wanted.get(name) if index < child or name == "barcode" else None
        if found in taken or (name == "name" and {"item_code"} & set(names.cells[:child])):
            found = None
        if found:
            taken.add(found)
        columns.append(Column(index, heading, found, 1.0 if found else 0.0, tuple(samples_of(below, index)[:SAMPLES])))
    return Detected(kind, "erpnext", sheet, labels.line, tuple(columns), score=20.0)
