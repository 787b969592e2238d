"""What of a call's body and answer may be seen, by whom: whoever reads the log sees no more of a record there than
where the record itself is shown.

Every field that a command can carry is either open or guarded; a test knows all of them, so that a new one is not
shown before somebody has said which it is.
"""

from collections.abc import Mapping, Set
from typing import Any

COST = frozenset({"product.cost"})
PRIVATE = frozenset({"partner.phone"})
ANYTHING = COST | PRIVATE | {"purchase.price", "sales.price"}  # cells of files, whatever their columns are

# name of a field → what it takes to see it, in the commands of a room; "": in all others
GUARDED: Mapping[str, Mapping[str, frozenset[str]]] = {
    "reference_cost": {"": COST},
    "unit_cost": {"": COST},
    "phone": {"": PRIVATE},
    "address": {"": PRIVATE},
    "contact_name": {"": PRIVATE},
    "unit_price": {"purchasing": frozenset({"purchase.price"}), "sales": frozenset({"sales.price"}), "": ANYTHING},
    "amount": {"purchasing": frozenset({"purchase.price"}), "sales": frozenset({"sales.price"}), "": ANYTHING},
    "total": {"purchasing": frozenset({"purchase.price"}), "sales": frozenset({"sales.price"}), "": ANYTHING},
    "value": {"inventory": COST, "": ANYTHING},  # of stock; of a cell
    "expected": {"reconciliation": frozenset({"stock.value"}), "": frozenset()},
    "found": {"reconciliation": frozenset({"stock.value"}), "": frozenset()},
}


def shown(name: str, content: Any, permissions: Set[str]) -> Any:
    """The JSON of a call of this name without the fields that these permissions do not open."""
    room = name.partition(".")[0]
    if isinstance(content, Mapping):
        return {
            field: shown(name, value, permissions)
            for field, value in content.items()
            if needed(room, field) <= permissions
        }
    if isinstance(content, list | tuple):
        return [shown(name, value, permissions) for value in content]
    return content


def needed(room: str, field: str) -> Set[str]:
    rooms = GUARDED.get(field, {})
    return rooms.get(room, rooms.get("", frozenset()))
