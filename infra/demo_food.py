"""The second demo company: a wholesaler of food in the north, small and made up, with something in every state.

`calls` is what a few months of its business were, as commands in their order. The ids and bodies are the same at every
run for the same company and day, so what was cut off is called again from the start: a command that was executed
answers from its log.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.ids import derived_id
from domain.masterdata.commands import place_of

Body = Mapping[str, Any]
FIRST_SKU = 22000  # codes of the other demo company, which mean other goods there

UNITS = {"袋": 0, "瓶": 0, "盒": 0, "个": 0, "罐": 0, "桶": 0, "kg": 3, "箱": 0, "件": 0}
# category: stock unit, pieces in a 箱, lowest and highest cost, makers, goods, sizes
GOODS: dict[str, tuple[str, int, float, float, list[str], list[str], list[str]]] = {
    "粮油/大米": ("袋", 4, 22, 95, ["北大荒", "金穗", "响水"], ["长粒香米", "稻花香米", "珍珠米"], ["5kg", "10kg"]),
    "粮油/面粉": ("袋", 5, 12, 60, ["河套雪花", "金沙河"], ["高筋粉", "中筋粉", "饺子粉", "全麦粉"], ["2.5kg", "5kg"]),
    "粮油/挂面": ("袋", 20, 3, 9, ["金沙河", "陈克明"], ["鸡蛋挂面", "荞麦挂面", "龙须面"], ["500g", "1kg"]),
    "粮油/食用油": ("桶", 4, 38, 110, ["九三", "福临门"], ["大豆油", "花生油", "葵花籽油"], ["1.8L", "5L"]),
    "调味/酱油醋": ("瓶", 12, 4, 16, ["海天", "厨邦", "水塔"], ["生抽", "老抽", "陈醋", "米醋"], ["500ml", "1.9L"]),
    "调味/酱料": ("瓶", 24, 5, 18, ["李锦记", "老干妈"], ["蚝油", "豆豉酱", "黄豆酱", "辣椒酱"], ["210g", "500g"]),
    "调味/干料": ("袋", 50, 3, 22, ["川府", "北国"], ["八角", "花椒", "桂皮", "香叶", "干辣椒"], ["50g", "250g"]),
    "干货/菌菇": ("袋", 20, 15, 88, ["长白山", "伊春"], ["黑木耳", "香菇", "榛蘑", "猴头菇"], ["150g", "500g"]),
    "干货/杂粮": ("kg", 10, 6, 18, ["北国"], ["小米", "绿豆", "红小豆", "黄豆", "燕麦米", "高粱米"], ["一级", "特级"]),
    "饮料/茶饮": ("瓶", 15, 2, 5, ["康师傅", "统一", "农夫山泉"], ["冰红茶", "绿茶", "茉莉清茶"], ["500ml", "1L"]),
    "饮料/水": ("瓶", 24, 0.8, 3, ["农夫山泉", "怡宝"], ["饮用天然水", "纯净水"], ["380ml", "550ml", "1.5L"]),
    "饮料/乳品": ("盒", 12, 2.2, 6, ["伊利", "蒙牛", "完达山"], ["纯牛奶", "酸奶", "早餐奶"], ["200ml", "250ml"]),
    "休闲/饼干": ("盒", 24, 4, 15, ["嘉士利", "康师傅"], ["早餐饼", "夹心饼", "苏打饼"], ["100g", "400g"]),
    "休闲/坚果": ("罐", 12, 18, 55, ["洽洽", "三只松鼠"], ["五香瓜子", "开心果", "腰果", "花生"], ["160g", "500g"]),
    "罐头/水果": ("罐", 12, 6, 14, ["林家铺子", "真心"], ["黄桃罐头", "山楂罐头", "橘子罐头"], ["425g", "900g"]),
    "冷冻/速冻": ("袋", 10, 9, 32, ["思念", "三全", "湾仔码头"], ["猪肉水饺", "三鲜水饺", "汤圆"], ["455g", "1kg"]),
    "冷冻/肉品": ("kg", 20, 18, 52, ["大庄园", "皓月"], ["羊肉卷", "肥牛卷", "鸡翅中", "猪小排"], ["A级", "B级"]),
    "生鲜/根茎": ("kg", 25, 1.2, 6, ["本地"], ["土豆", "胡萝卜", "洋葱", "大蒜", "生姜"], ["统货", "精选"]),
    "生鲜/蛋品": ("个", 360, 0.5, 1.2, ["农家", "德青源"], ["鲜鸡蛋", "鸭蛋", "鹌鹑蛋"], ["散装", "礼盒"]),
    "日用/包装": ("个", 500, 0.1, 0.9, ["北国"], ["打包盒", "纸杯", "保鲜袋", "一次性筷子"], ["小号", "中号", "大号"]),
}
SUPPLIERS = ["哈尔滨粮油集团", "五常米业", "山西水塔经销处", "佛山调味品总代", "长白山山货行", "伊利东北分公司",
             "完达山乳业", "速冻食品联营", "大庄园肉业", "绿园蔬菜合作社"]  # fmt: skip
CUSTOMERS = ["幸福里超市", "老街坊便利店", "东来顺火锅", "第三中学食堂", "春饼王", "好再来饭店", "万家乐超市",
             "北站早餐铺", "人民医院食堂", "大学城餐饮", "老李面馆", "迎宾酒楼", "社区团购二站"]  # fmt: skip
SURNAMES = "王李张刘陈杨赵黄周吴"


@dataclass(frozen=True, slots=True)
class Step:
    """One command. `key` makes its id."""

    key: str
    name: str
    body: Body


@dataclass(frozen=True, slots=True)
class Product:
    id: UUID
    sku: str
    unit: str
    per_case: int
    cost: Decimal
    record: Body


def calls(company_id: UUID, today: date) -> Iterator[Step]:
    """The business up to `today`, the day of the first load."""
    chance = random.Random(20261)
    house = House(company_id)
    units = [{"id": house.id("unit", name), "name": name, "decimals": count} for name, count in UNITS.items()]
    yield Step("units", "masterdata.save_units", {"records": units})
    yield Step("warehouses", "masterdata.save_warehouses", {"records": house.warehouses()})
    products = list(house.products(chance))
    for start in range(0, len(products), 100):
        chunk = [product.record for product in products[start : start + 100]]
        yield Step(f"products {start}", "masterdata.save_products", {"records": chunk})
    yield Step("partners", "masterdata.save_partners", {"records": house.partners(chance)})
    here = [product for product in products if product.per_case and chance.random() < 0.875]
    yield house.opening(here, chance, today)
    yield from house.purchases(products, chance, today)
    yield from house.sales(here, chance, today)
    yield from house.surprises(products, today)


class House:
    """What is where: every id is made from the company's and a name."""

    def __init__(self, company_id: UUID) -> None:
        self.company_id = company_id
        self.main, self.cold = place_of(UUID(self.id("warehouse", "01"))), place_of(UUID(self.id("warehouse", "02")))

    def id(self, *what: object) -> str:
        return str(derived_id(self.company_id, *what))

    def line(self, order: str, position: int) -> str:
        return str(derived_id(UUID(order), position))

    def warehouses(self) -> list[Body]:
        named = {"01": "主仓", "02": "冷库"}
        return [{"id": self.id("warehouse", code), "code": code, "name": name} for code, name in named.items()]

    def products(self, chance: random.Random) -> Iterator[Product]:
        sku = FIRST_SKU
        for category, (unit, per_case, low, high, makers, goods, sizes) in GOODS.items():
            for maker in makers:
                for name in goods:
                    for size in sizes:
                        sku += chance.choice((1, 1, 2))
                        cost = Decimal(round(chance.uniform(low, high) * 100)) / 100
                        record: dict[str, Any] = {
                            "id": self.id("product", sku), "sku": str(sku), "name": f"{maker}{name}", "spec": size,
                            "unit": unit, "category": category, "reference_cost": str(cost),
                            "price": str((cost * Decimal("1.22")).quantize(Decimal("0.01"))),
                            "units": [{"unit": "箱", "numerator": str(per_case)}],
                            "barcodes": [{"code": barcode(sku, 0)}, {"code": barcode(sku, 1), "unit": "箱"}],
                        }  # fmt: skip
                        yield Product(UUID(record["id"]), str(sku), unit, per_case, cost, record)
        freight = {
            "id": self.id("product", "YF"),
            "sku": "YF",
            "name": "运费",
            "unit": "件",
            "kind": "service",
            "price": "30",
        }
        yield Product(UUID(freight["id"]), "YF", "件", 0, Decimal(0), freight)

    def partners(self, chance: random.Random) -> list[Body]:
        records: list[Body] = []
        for kind, names in (("S", SUPPLIERS), ("C", CUSTOMERS)):
            for place, name in enumerate(names, 1):
                code = f"{kind}{place:03}"
                records.append(
                    {
                        "id": self.id("partner", code), "code": code, "name": name,
                        "is_supplier": kind == "S", "is_customer": kind == "C",
                        "contact_name": f"{chance.choice(SURNAMES)}经理",
                        "phone": f"13{chance.randrange(10)}{chance.randrange(10**8):08}",
                        "address": f"黑龙江省哈尔滨市道里区友谊路{chance.randrange(1, 400)}号",
                    }
                )  # fmt: skip
        return records

    def place(self, product: Product) -> UUID:
        return self.cold if product.record["category"].startswith(("冷冻", "生鲜")) else self.main

    def opening(self, products: list[Product], chance: random.Random, today: date) -> Step:
        records = [
            {"product_id": str(product.id), "location_id": str(self.place(product)), "unit_cost": str(product.cost),
             "quantity": str(chance.randint(1, 12) * product.per_case)}
            for product in products
        ]  # fmt: skip
        body = {"records": records, "document_on": str(today - timedelta(days=90))}
        return Step("opening", "inventory.record_opening_stock", body)

    def purchases(self, products: list[Product], chance: random.Random, today: date) -> Iterator[Step]:
        """Received, partly received, still on their way, and overdue."""
        goods = [product for product in products if product.per_case]
        for n in range(36):
            order, ordered_on = self.id("purchase", n), today - timedelta(days=80 - 2 * n)
            at = self.main if n % 4 else self.cold
            chosen = [product for product in chance.sample(goods, 20) if self.place(product) == at][:6]
            cases = [chance.randint(2, 10) for _ in chosen]
            lines = [
                {"product_id": str(product.id), "unit_id": self.id("unit", "箱"), "quantity": str(count),
                 "unit_price": str((product.cost * product.per_case * Decimal("0.97")).quantize(Decimal("0.01")))}
                for product, count in zip(chosen, cases, strict=True)
            ]  # fmt: skip
            if not lines:
                continue
            supplier = self.id("partner", f"S{1 + n % len(SUPPLIERS):03}")
            where = {"order_id": order, "partner_id": supplier, "location_id": str(at)}
            when = {"document_on": str(ordered_on), "expected_on": str(ordered_on + timedelta(days=5))}
            yield Step(order, "purchasing.place_purchase_order", {**where, **when, "lines": lines})
            received = 0 if n in (9, 21) or n > 31 else 1 if n in (15, 24, 29) else 2
            if received:
                share = [count if received == 2 or place % 2 == 0 else count // 2 for place, count in enumerate(cases)]
                delivered = [
                    {"line_id": self.line(order, place), "unit_id": self.id("unit", "箱"), "quantity": str(count)}
                    for place, count in enumerate(share, 1)
                    if count
                ]
                document = self.id("receipt", n)
                day = str(min(today, ordered_on + timedelta(days=chance.randint(2, 6))))
                yield Step(
                    document,
                    "purchasing.record_receipt",
                    {"document_id": document, "order_id": order, "lines": delivered, "document_on": day},
                )

    def sales(self, products: list[Product], chance: random.Random, today: date) -> Iterator[Step]:
        """Drafts, promised ones, backorders, shipped and cancelled ones, slips and returns. A few are refused, for
        somebody was quicker."""
        goods = [product for product in products if self.place(product) == self.main]
        for n in range(90):
            order, day = self.id("sale", n), today - timedelta(days=60 - (n * 2) // 3)
            customer = self.id("partner", f"C{1 + n % len(CUSTOMERS):03}")
            where = {"order_id": order, "partner_id": customer, "location_id": str(self.main), "document_on": str(day)}
            lines = [
                {"product_id": str(product.id), "quantity": str(chance.randint(1, max(2, product.per_case // 2)))}
                for product in chance.sample(goods, chance.randint(1, 5))
            ]
            if n % 9 == 0:
                lines.append({"product_id": self.id("product", "YF"), "quantity": "1"})
            if n % 3 == 0:
                yield Step(order, "sales.sell_now", {**where, "lines": lines})
                if n % 18 == 0:
                    back = self.id("return", n)
                    returned = [{**lines[0], "quantity": "1", "source_line_id": self.line(order, 1)}]
                    body = {**where, "order_id": back, "lines": returned, "document_on": str(min(today, day))}
                    yield Step(back, "sales.record_return", body)
                continue
            if n % 10 == 4:  # more than there is: what is here is promised, the rest is owed
                lines[0]["quantity"] = "2000"
            yield Step(order, "sales.place_sales_order", {**where, "lines": lines})
            if n % 14 == 5:
                continue
            if n % 13 == 7:
                yield Step(f"{order} cancel", "sales.cancel_sales_order", {"order_id": order})
                continue
            yield Step(f"{order} confirm", "sales.confirm_sales_order", {"order_id": order, "reserve": "available"})
            if n > 78 or n % 11 == 1:
                continue
            document, shipped = self.id("shipment", n), None
            if n % 10 == 4:
                shipped = [{"line_id": self.line(order, place), "quantity": "1"} for place in range(2, len(lines) + 1)]
                if not shipped:
                    continue
            body = {"document_id": document, "order_id": order, "document_on": str(day)}
            yield Step(document, "sales.ship_sales_order", {**body, "lines": shipped} if shipped else body)

    def surprises(self, products: list[Product], today: date) -> Iterator[Step]:
        """What somebody has to look at: a count that differs, breakage, more delivered than ordered, goods handed over
        that the books do not have."""
        goods = [product for product in products if product.per_case and self.place(product) == self.main]
        counted = [
            {"product_id": str(product.id), "location_id": str(self.main), "counted": str(3 + place)}
            for place, product in enumerate(goods[:6])
        ]
        document = self.id("count", 1)
        yield Step(document, "inventory.record_count", {"document_id": document, "lines": counted, "note": "月末抽盘"})
        broken = [{"product_id": str(goods[0].id), "direction": "out", "quantity": "1"}]
        document = self.id("adjustment", 1)
        body = {"document_id": document, "location_id": str(self.main), "lines": broken, "reason": "破损"}
        yield Step(document, "inventory.adjust_stock", body)
        order, document = self.id("purchase", "over"), self.id("receipt", "over")
        where = {"partner_id": self.id("partner", "S001"), "location_id": str(self.main)}
        lines = [{"product_id": str(goods[2].id), "quantity": "10", "unit_price": str(goods[2].cost)}]
        placed = {"order_id": order, **where, "lines": lines, "document_on": str(today)}
        yield Step(order, "purchasing.place_purchase_order", placed)
        delivered = [{"line_id": self.line(order, 1), "quantity": "12"}]
        body = {"document_id": document, "order_id": order, "lines": delivered}
        yield Step(document, "purchasing.record_receipt", body)
        handed = [{"product_id": str(goods[5].id), "quantity": "500"}]
        order = self.id("sale", "handover")
        where = {"partner_id": self.id("partner", "C002"), "location_id": str(self.main)}
        yield Step(order, "sales.record_handover", {"order_id": order, **where, "lines": handed})


def barcode(sku: int, case: int) -> str:
    """An EAN-13 with its check digit."""
    digits = f"69{case}{sku:09}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
