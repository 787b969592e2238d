"""How far the values of a column bear out what its heading says."""

from collections.abc import Callable, Sequence
from itertools import islice

from domain.errors import Refused
from workers.imports import dates, values
from workers.imports.sheets import Row

Holds = Callable[[str], bool]


def samples_of(rows: Sequence[Row], index: int) -> list[str]:
    found = (row.cells[index].strip() for row in rows if index < len(row.cells) and index not in row.carried)
    return list(islice((cell for cell in found if cell), 50))


def share(samples: Sequence[str], holds: Holds) -> float:
    return sum(1 for sample in samples if holds(sample)) / len(samples) if samples else 0.0


def fits(read: Callable[[str], object]) -> Holds:
    def holds(text: str) -> bool:
        try:
            read(text)
        except Refused as refusal:
            return refusal.code in ("cell_error", "date_ambiguous", "too_many_decimals")
        return True

    return holds


READ: dict[str, Holds] = {
    "quantity": fits(values.quantity), "price": fits(values.price), "reference_cost": fits(values.price),
    "unit_price": fits(values.price), "unit_cost": fits(values.price), "amount": fits(values.price),
    "value": fits(values.price), "pack_size": fits(values.quantity), "date": fits(dates.moment),
    "expected": fits(dates.moment), "active": fits(values.yes), "phone": fits(values.phone),
    "barcodes": lambda text: sum(map(str.isdecimal, text)) * 2 >= len(text),
}  # fmt: skip


def fit(name: str, samples: Sequence[str]) -> float:
    """How far to trust a heading, by what stands below it: from a third for a column of prices without one number."""
    if name in READ and samples:
        return (1 + 2 * share(samples, READ[name])) / 3
    if name == "name" and samples and share(samples, fits(values.number)) > 0.8:
        return 0.5
    return 1.0
