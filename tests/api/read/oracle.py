"""The same schema answered by ordinary Strawberry resolvers over rows in memory: shares no SQL with the compiler."""

import base64
import datetime as dt
import enum
import hashlib
import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from graphql import GraphQLError

from api.read.connection import MAC, cursor_key
from api.read.declare import AnyNode, Choice, Computed, Field, Many, Model, One, Pages, Search, Totals, Type, Value
from api.read.plan import Inputs
from tests.api.read.company import Caller, phone_index, shown_phone

Row = dict[str, Any]
SECRET = b"s"
FORBIDDEN = {"code": "FIELD_FORBIDDEN"}


class Oracle:
    def __init__(self, model: Model, data: dict[str, list[Row]], caller: Caller) -> None:
        self.model, self.data, self.caller = model, data, caller

    # --- who may see what ---

    def guard(self, *permissions: Any) -> None:
        for permission in permissions:
            wanted = {permission} if isinstance(permission, str) else set(permission or ())
            if wanted and not wanted & self.caller.permissions:
                raise GraphQLError("hidden", extensions=FORBIDDEN)

    def enter(self, target: Type) -> None:
        self.guard(target.permission)
        if self.caller.party_id and target.name in ("Warehouse", "StockLevel", "StockMove", "StockCount"):
            raise GraphQLError("hidden", extensions=FORBIDDEN)

    def may_enter(self, target: Type) -> bool:
        try:
            self.enter(target)
        except GraphQLError:
            return False
        return True

    def visible(self, target: Type, rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if self.sees(target.name, row)]

    def sees(self, name: str, row: Row) -> bool:
        allowed, party = self.caller.warehouses, self.caller.party_id
        if name == "PurchaseOrderLine":
            above = next(o for o in self.data["purchase_order"] if o["id"] == row["order_id"])
            return self.sees("PurchaseOrder", above)
        place = {
            "Warehouse": "id",
            "StockLevel": "warehouse_id",
            "StockMove": "warehouse_id",
            "PurchaseOrder": "warehouse_id",
        }
        owner = {"Partner": "id", "PurchaseOrder": "partner_id"}
        if allowed is not None and name in place and row[place[name]] not in allowed:
            return False
        return not (party and name in owner and row[owner[name]] != party)

    # --- rows and values ---

    def table(self, target: Type) -> list[Row]:
        return self.data[getattr(target.table, "name", "stock_level")]

    def related(self, owner: Type, declared: Any, row: Row, link: Any, target: Type) -> list[Row]:
        if callable(link):  # StockLevel.product
            link = "product_id"
        if isinstance(declared, One | Choice):
            found = [r for r in self.table(target) if r[target.key[0]] == row[link]]
        else:
            found = [r for r in self.table(target) if r[link] == row[owner.key[0]]]
        return self.visible(target, found)

    def wrap(self, target: Type, row: Row) -> Any:
        made = self.model.schema.get_type_by_name(target.name).origin()  # type: ignore[union-attr]
        made.row = row
        return made

    def value(self, name: str, row: Row) -> Any:
        if name == "margin":
            return None if row["cost"] is None else row["price"] - row["cost"]
        if name == "on_hand" and "sku" in row:
            return sum((s["on_hand"] for s in self.data["stock_level"] if s["product_id"] == row["id"]), Decimal(0))
        return row[name]

    def resolve(self, owner: str, name: str, declared: Field | None, source: Any, args: dict[str, Any]) -> Any:
        if declared is None:
            return source[name]
        row = getattr(source, "row", None)
        self.guard(declared.permission)
        match declared:
            case Value():
                value = self.value(name, row)  # type: ignore[arg-type]
                if name == "status":
                    return self.model.schema.get_type_by_name("ProductStatus").wrapped_cls[value.upper()]  # type: ignore[union-attr]
                return shown(name, value)
            case Computed():
                assert row is not None
                if name == "label":
                    return f"{row['sku']} {row['name']}"
                return row["phone"] and shown_phone(self.caller, row["phone"], str(row["id"]))
            case AnyNode():
                for one in self.model.declared:
                    if one.is_node and self.may_enter(one) and (found := self.find(one, args["id"])):
                        return found
                return None
            case Choice(options=options):
                for kind, link in options.items():
                    target = self.model.types[kind]
                    if self.may_enter(target):
                        for r in self.related(self.model.types[owner], declared, row, link, target):  # type: ignore[arg-type]
                            return self.wrap(target, r)
                return None
        assert isinstance(declared, One | Many | Pages | Totals)
        target = self.model.types[declared.target]
        self.enter(target)
        if row is None and isinstance(declared, One):
            return self.find(target, args["id"])
        if row is None:
            rows = self.visible(target, self.table(target))
        else:
            rows = self.related(self.model.types[owner], declared, row, declared.link, target)
        match declared:
            case One():
                return self.wrap(target, rows[0]) if rows else None
            case Many():
                return [self.wrap(target, r) for r in self.sorted_by(target, rows, many_order(declared.order))]
            case Pages():
                return self.page(target, rows, args)
            case Totals():
                return self.totals(target, rows, args)

    def find(self, target: Type, id_: str) -> Any:
        found = [r for r in self.visible(target, self.table(target)) if same_id(r["id"], id_)]
        return self.wrap(target, found[0]) if found else None

    # --- filters ---

    def check(self, target: Type, tree: Any) -> None:
        for name, sub in tree.items():
            if sub is None:
                continue
            if name in ("and", "or"):
                for part in sub:
                    self.check(target, part)
            elif name == "not":
                self.check(target, sub)
            else:
                declared = target.fields[name]
                self.guard(declared.permission)
                if isinstance(declared, One | Many | Pages):
                    self.enter(self.model.types[declared.target])
                    self.check(self.model.types[declared.target], sub)

    def test(self, target: Type, tree: Any, row: Row) -> bool | None:
        """SQL's logic: None is unknown."""
        results: list[bool | None] = []
        for name, sub in tree.items():
            if sub is None:
                continue
            if name == "and":
                results.append(every(self.test(target, part, row) for part in sub))
            elif name == "or":
                results.append(opposite(every(opposite(self.test(target, part, row)) for part in sub)))
            elif name == "not":
                results.append(opposite(self.test(target, sub, row)))
            else:
                results += self.tests(target, target.fields[name], name, sub, row)
        return every(results)

    def tests(self, target: Type, declared: Field, name: str, sub: Any, row: Row) -> list[bool | None]:
        match declared:
            case One(target=to) | Many(target=to) | Pages(target=to):
                rows = self.related(target, declared, row, declared.link, self.model.types[to])
                return [any(self.test(self.model.types[to], sub, r) for r in rows)]
            case Search():
                return [sub.strip() in row["name"] or sub.strip() in row["sku"]]
            case Computed():
                digest = phone_index(self.caller, sub)
                return [None if row["phone_index"] is None else row["phone_index"] == digest]
            case _:
                value = self.value(name, row)
                return [operate(op, value, wanted) for op, wanted in sub.items() if wanted is not None]

    # --- lists ---

    def sorted_by(self, target: Type, rows: list[Row], order: list[tuple[str, bool]]) -> list[Row]:
        """NULLs last, whichever the direction."""
        rows = sorted(rows, key=lambda row: [row[name] for name in target.key])
        for name, descending in reversed(order):
            given = [row for row in rows if self.value(name, row) is not None]
            given.sort(key=lambda row: self.value(name, row), reverse=descending)
            rows = given + [row for row in rows if self.value(name, row) is None]
        return rows

    def page(self, target: Type, rows: list[Row], args: dict[str, Any]) -> Any:
        tree = plain(args.get("filter") or {})
        wanted = [member.value for member in args.get("order_by") or []]
        for name, _ in wanted:
            self.guard(target.fields[name].permission)
        self.check(target, tree)
        last_way = wanted[-1][1] if wanted else False
        names = list(dict.fromkeys([n for n, _ in wanted] + list(target.key)))
        ways = dict(reversed([*wanted, *[(k, last_way) for k in target.key]]))
        order = [(name, ways[name]) for name in names]
        spec = f"{target.name}:" + ",".join(f"{name}{'-' if way else '+'}" for name, way in order)

        def cursor(row: Row) -> str:
            return self.cursor([self.value(name, row) for name in names], spec)

        every_row = self.sorted_by(target, self.table(target), order)
        place = {cursor(row): at for at, row in enumerate(every_row)}
        rows = [row for row in every_row if row in rows and self.test(target, tree, row) is True]
        part = rows
        if (after := args.get("after")) is not None:
            part = [row for row in part if place[cursor(row)] > place[after]]
        if (before := args.get("before")) is not None:
            part = [row for row in part if place[cursor(row)] < place[before]]
        first, last = args.get("first"), args.get("last")
        chosen = part[:first] if first is not None else part[max(len(part) - last, 0) :]  # type: ignore[operator]
        edges = [{"cursor": cursor(row), "node": self.wrap(target, row)} for row in chosen]
        more = len(part) > len(chosen)
        info = {
            "has_next_page": more if first is not None else before is not None,
            "has_previous_page": more if first is None else after is not None,
            "start_cursor": edges[0]["cursor"] if edges else None,
            "end_cursor": edges[-1]["cursor"] if edges else None,
        }
        nodes = [edge["node"] for edge in edges]
        return {"edges": edges, "nodes": nodes, "total_count": len(rows), "page_info": info}

    def cursor(self, values: list[Any], spec: str) -> str:
        texts = [None if value is None else text(value) for value in values]
        payload = json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
        key = cursor_key(Inputs({}, self.caller, SECRET), spec).encode()
        mac = hashlib.sha256(key + payload).hexdigest()[:MAC].encode()
        return base64.urlsafe_b64encode(mac + payload).decode().rstrip("=")

    def totals(self, target: Type, rows: list[Row], args: dict[str, Any]) -> Any:
        tree = plain(args.get("filter") or {})
        self.check(target, tree)
        rows = [row for row in rows if self.test(target, tree, row) is True]
        group = args["group_by"].value if args.get("group_by") else None
        groups: dict[Any, list[Row]] = {} if group else {None: rows}
        for row in rows if group else ():
            groups.setdefault(shown(group, row[group]), []).append(row)  # type: ignore[index]
        summed = {name: f for name, f in target.fields.items() if isinstance(f, Value) and f.total}
        return [
            {"key": key, "count": len(members), "sum": {n: self.summing(n, f, members) for n, f in summed.items()}}
            for key, members in sorted(groups.items(), key=lambda item: (item[0] is None, item[0] or ""))
        ]

    def summing(self, name: str, declared: Value, rows: list[Row]) -> Callable[[], Any]:
        def total() -> Any:
            self.guard(declared.permission)
            values = [value for row in rows if (value := self.value(name, row)) is not None]
            return sum(values, Decimal(0)) if values else None

        return total


def many_order(names: tuple[str, ...]) -> list[tuple[str, bool]]:
    return [(name.removeprefix("-"), name.startswith("-")) for name in names]


def same_id(id_: UUID, wanted: Any) -> bool:
    return str(id_) == str(wanted).lower()


def shown(name: str, value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.upper() if name == "status" else value


def text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        made = value.isoformat(" ")[:-6]
        return (made.rstrip("0") if "." in made else made) + "+00"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def every(values: Iterable[bool | None]) -> bool | None:
    seen = list(values)
    return False if False in seen else None if None in seen else True


def opposite(value: bool | None) -> bool | None:
    return None if value is None else not value


def same(value: Any, wanted: Any) -> bool:
    return same_id(value, wanted) if isinstance(value, UUID) else bool(value == wanted)


def operate(op: str, value: Any, wanted: Any) -> bool | None:
    wanted = [getattr(w, "value", w) for w in wanted] if op == "in_" else getattr(wanted, "value", wanted)
    if op == "is_null":
        return (value is None) == wanted
    if op == "ne":
        return not same(value, wanted)
    if value is None:
        return False if op == "in_" and not wanted else None
    match op:
        case "eq":
            return same(value, wanted)
        case "in_":
            return any(same(value, one) for one in wanted)
        case "lt":
            return value < wanted
        case "lte":
            return value <= wanted
        case "gt":
            return value > wanted
        case "gte":
            return value >= wanted
        case "contains":
            return wanted in value
        case _:
            return value.startswith(wanted)


def plain(value: Any) -> Any:
    """Strawberry's inputs as dicts without what was not given."""
    if hasattr(value, "__strawberry_definition__") and not isinstance(value, enum.Enum):
        items = {k.rstrip("_") if k in ("and_", "or_", "not_") else k: getattr(value, k) for k in vars(value)}
        return {k: plain(v) for k, v in items.items() if v is not strawberry.UNSET}
    return [plain(v) for v in value] if isinstance(value, list) else value


def resolver(owner: str, name: str, declared: Field | None) -> Callable[..., Any]:
    def resolve(self: Any, info: strawberry.Info, **arguments: Any) -> Any:
        made = info.context["oracle"].resolve(owner, name, declared, self, arguments)
        return made() if callable(made) else made

    return resolve
