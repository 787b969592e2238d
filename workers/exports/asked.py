"""What an export was asked for, compiled for the rights of whoever asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from api.exports.columns import Column, columns_of, offered, title
from api.read.walk import Closed, Unreadable, Walk, walk
from api.schema import make_model
from domain.errors import Refused
from domain.exports.lists import LISTS
from tenants.access import Caller
from workers.exports.cells import Manner


@dataclass(frozen=True)
class Export:
    """What is to be written. `name` is that of the file, without its ending."""

    columns: list[Column]
    walk: Walk
    manner: Manner
    title: str
    name: str


def prepare(caller: Caller, asked: Mapping[str, Any], now: datetime, people: Mapping[str, str]) -> Export:
    """`people`: the names of actors. Refuses: unknown_list, forbidden, unknown_column, filter_unreadable."""
    model, root = make_model(), asked["list"]
    if root not in LISTS:
        raise Refused("unknown_list", "list", list=root)
    known = {one.key: one for one in columns_of(model, root)}
    keys = asked["columns"] or [one.key for one in offered(model, caller, root) if one.chosen]
    for at, key in enumerate(keys):
        if key not in known:
            raise Refused("unknown_column", f"columns.{at}", column=key)
    columns = [known[key] for key in dict.fromkeys(keys)]
    try:
        chosen = orjson.loads(asked["filter"]) if asked["filter"] else None
        found = walk(model, caller, root, [one.key for one in columns], chosen, asked["order"])
    except Closed as closed:
        if not closed.path:
            raise Refused("forbidden", "list", permission=LISTS[root][0]) from None
        raise Refused("unknown_column", "columns", column=".".join(closed.path)) from None
    except (Unreadable, orjson.JSONDecodeError) as error:
        raise Refused("filter_unreadable", "filter", reason=str(error)) from None
    zone = ZoneInfo(caller.company.time_zone)
    manner = Manner(asked["language"], asked["keys"], zone, people)
    called = root if manner.keys else title(root).of(manner.language)
    return Export(columns, found, manner, called, f"{called}-{now.astimezone(zone):%Y%m%d-%H%M}")
