"""Pinyin, as pypinyin has it; and what devices are told in order to say names in the same way.

`HUOTONG_WRITE_CASES=1` writes the readings of tests/cases/pinyin.json anew; the app's tests take the same file.
"""

import os
import random
from pathlib import Path
from typing import Any

import orjson
import pytest
from pypinyin import lazy_pinyin

from api.sync.pinyin import pinyin, readings_in

CASES = Path(__file__).parents[2] / "cases" / "pinyin.json"
FILE: Any = orjson.loads(CASES.read_bytes())


@pytest.mark.parametrize("case", FILE["names"], ids=lambda case: case["name"])
def test_names_are_said_as_people_say_them(case: dict[str, str]) -> None:
    assert pinyin(case["name"]) == (case["py"], case["pyf"])


def test_what_a_device_is_told_is_what_it_needs() -> None:
    told = readings_in("\n".join(case["name"] for case in FILE["names"]))
    if os.environ.get("HUOTONG_WRITE_CASES"):
        CASES.write_bytes(
            orjson.dumps(FILE | {"readings": told}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
        )
    else:
        assert told == FILE["readings"]


def test_it_is_what_pypinyin_says() -> None:
    """Words in any order, so that phrases overlap which no name would put side by side; there it may differ."""
    chance = random.Random(1)
    names = ["".join(chance.choices(FILE["words"], k=chance.randint(1, 5))) for _ in range(3000)]
    others = [name for name in names if pinyin(name)[1] != "".join(lazy_pinyin(name, v_to_u=False))]
    assert len(others) < len(names) / 200, others
