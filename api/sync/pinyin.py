"""Pinyin of names, for search on phones: initials and in full, without tones, ü as v.

pypinyin looks every stretch of a name up in 47,000 phrases (38 µs a name, 50 MB). Nearly all phrases say what their
characters say alone. So its data are read here without it, and of the phrases those are kept that hold a character
which is read in several ways: most names are one pass over one table.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from operator import add
from pathlib import Path

import orjson

RUNS = re.compile(r"[0-9A-Za-z]+|[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
PHRASE = re.compile(r'"([^"]+)":\s*(\[.*?\]\s*\])', re.DOTALL)
UMLAUT = "\u0308"


@dataclass(frozen=True)
class Readings:
    """`alone`: of each character. `phrases`: with spaces between. `lengths`: of the phrases that begin with a
    character, the longest first. `begun`: phrases by their first two characters. `several`: finds a character that some
    phrase reads in another way than `alone`."""

    alone: Mapping[str, str]
    phrases: Mapping[str, str]
    lengths: Mapping[str, tuple[int, ...]]
    begun: Mapping[str, Sequence[str]]
    several: re.Pattern[str]


@cache
def readings() -> Readings:
    """Takes 0.5 s, which the app spends in a thread as it starts."""
    found = find_spec("pypinyin")
    assert found
    assert found.origin
    folder = Path(found.origin).parent
    codes = orjson.loads((folder / "pinyin_dict.json").read_bytes())
    alone = {chr(int(code)): plain(said.partition(",")[0]) for code, said in codes.items()}
    text = (folder / "phrases_dict.json").read_text()
    several: set[str] = set()
    for phrase, said in phrases_in(text):
        several.update(char for char, one in zip(phrase, said, strict=True) if alone.get(char) != one)
    phrases = {phrase: " ".join(said) for phrase, said in phrases_in(text) if several.intersection(phrase)}
    lengths: dict[str, set[int]] = {}
    begun: dict[str, list[str]] = {}
    for phrase in phrases:
        lengths.setdefault(phrase[0], set()).add(len(phrase))
        begun.setdefault(phrase[:2], []).append(phrase)
    longest_first = {first: tuple(sorted(some, reverse=True)) for first, some in lengths.items()}
    return Readings(alone, phrases, longest_first, begun, re.compile(f"[{''.join(several)}]"))


def phrases_in(text: str) -> Iterator[tuple[str, list[str]]]:
    """One after the other: all at once they are 30 MB that the process would never give back."""
    for match in PHRASE.finditer(text):
        said = [plain(first) for first, *_ in orjson.loads(match[2])]
        if len(said) == len(match[1]):
            yield match[1], said


@cache
def plain(syllable: str) -> str:
    """lǜ → lv"""
    parts = unicodedata.normalize("NFD", syllable).replace(f"u{UMLAUT}", "v")
    return "".join(part for part in parts if not unicodedata.combining(part))


def pinyin(name: str) -> tuple[str, str]:
    """Initials and full pinyin: 不锈钢水杯 → bxgsb, buxiugangshuibei. Letters and digits between them stay, in lower
    case; nothing where there is no Chinese in a name, for then the name itself is what people type."""
    if name.isascii():
        return "", ""
    known = readings()
    alone, several = known.alone, known.several.search
    initials = full = ""
    found = False
    for run in RUNS.findall(name):
        if run.isascii():
            initials += run
            full += run
        else:
            found = True
            said = spoken(run, known) if several(run) else [alone.get(char, "") for char in run]
            full += "".join(said)
            initials += "".join([one[:1] for one in said])
    return (initials.lower(), full.lower()) if found else ("", "")


def spoken(run: str, known: Readings) -> list[str]:
    """The longest phrase from the left, as pypinyin does."""
    alone, phrases, lengths = known.alone, known.phrases, known.lengths
    said: list[str] = []
    at, end = 0, len(run)
    while at < end:
        for length in lengths.get(run[at], ()):
            if at + length <= end and (of_phrase := phrases.get(run[at : at + length])):
                said += of_phrase.split()
                at += length
                break
        else:
            said.append(alone.get(run[at], ""))
            at += 1
    return said


def readings_in(names: str) -> dict[str, str]:
    """What somebody needs in order to say all these names as `pinyin` does: characters and phrases that occur in them.

    A third of what a catalogue weighs would be its pinyin, and a third of the time it takes to pack it.
    """
    known = readings()
    said = {char: known.alone[char] for char in set(names) if char in known.alone}
    for pair in set(map(add, names, names[1:])):
        for phrase in known.begun.get(pair, ()):
            if len(phrase) == 2 or phrase in names:
                said[phrase] = known.phrases[phrase]
    return said
