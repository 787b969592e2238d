"""Company keys, encrypted fields, blind indexes, and the master key behind them."""

# ruff: noqa: ASYNC240 (the key file is read at start only)

import asyncio
import os
import re
import stat
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, Uuid, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.schema import CreateTable

from infra.launch.cluster import Server, create_database
from tenants import fields, keys
from tenants.fields import blind_index, encrypted, encrypted_columns, last4, normal_phone, normal_text, seal
from tenants.keys import CompanyKeys, KeyFault, Tampered
from tenants.tables import company_key

ROW, OTHER_ROW = uuid4(), uuid4()


def company_keys(company_id: UUID | None = None, versions: int = 1) -> CompanyKeys:
    data = {version: os.urandom(32) for version in range(1, versions + 1)}
    return CompanyKeys.of(company_id or uuid4(), data, {1: os.urandom(32)})


KEYS, OTHER_KEYS = company_keys(), company_keys()


# --- values ----------------------------------------------------------------------------------------------------------


@given(st.binary() | st.text())
def test_a_value_comes_back_as_it_was(value: str | bytes) -> None:
    sealed = KEYS.encrypt("partner", "phone", ROW, value)
    assert KEYS.decrypt("partner", "phone", ROW, sealed) == (value.encode() if isinstance(value, str) else value)


@pytest.mark.parametrize("value", ["", "\0", "\0\0partner", "长江路" * 1000, "x" * 1_000_000, "🧧", "‮"])
def test_edges(value: str) -> None:
    sealed = KEYS.encrypt("partner", "address", ROW, value)
    assert len(sealed) == len(value.encode()) + 33
    assert KEYS.decrypt_text("partner", "address", ROW, sealed) == value


def test_equal_values_do_not_look_equal() -> None:
    assert len({KEYS.encrypt("partner", "phone", ROW, "13800138000") for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("table", "column", "row", "reader"),
    [
        ("partner", "phone", OTHER_ROW, KEYS),
        ("partner", "address", ROW, KEYS),
        ("contact", "phone", ROW, KEYS),
        ("partner", "phone", ROW, OTHER_KEYS),
        ("partnerp", "hone", ROW, KEYS),
        ("partner", "phone", ROW, replace(KEYS, company_id=OTHER_KEYS.company_id, _places={})),
    ],
)
def test_a_value_in_another_place_is_refused(table: str, column: str, row: UUID, reader: CompanyKeys) -> None:
    sealed = KEYS.encrypt("partner", "phone", ROW, "13800138000")
    with pytest.raises(Tampered):
        reader.decrypt(table, column, row, sealed)


@given(st.data())
def test_any_changed_bit_is_refused(data: st.DataObject) -> None:
    sealed = bytearray(KEYS.encrypt("partner", "phone", ROW, "13800138000"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((Tampered, KeyFault)):  # a changed version names a key that does not exist
        KEYS.decrypt("partner", "phone", ROW, bytes(sealed))


@given(st.binary(max_size=60))
def test_anything_else_is_refused(value: bytes) -> None:
    with pytest.raises((Tampered, KeyFault)):
        KEYS.decrypt("partner", "phone", ROW, value)


def test_a_shortened_or_lengthened_value_is_refused() -> None:
    sealed = KEYS.encrypt("partner", "phone", ROW, "13800138000")
    for broken in [sealed[:length] for length in range(len(sealed))] + [sealed + b"\0"]:
        with pytest.raises(Tampered):
            KEYS.decrypt("partner", "phone", ROW, broken)


def test_the_newest_version_encrypts_and_any_decrypts() -> None:
    id, first, second, index = uuid4(), os.urandom(32), os.urandom(32), os.urandom(32)
    before = CompanyKeys.of(id, {1: first}, {1: index})
    after = CompanyKeys.of(id, {1: first, 2: second}, {1: index})
    old, new = (each.encrypt("partner", "phone", ROW, "13800138000") for each in (before, after))
    assert [value[1:5] for value in (old, new)] == [b"\0\0\0\1", b"\0\0\0\2"]
    assert {after.decrypt_text("partner", "phone", ROW, value) for value in (old, new)} == {"13800138000"}
    with pytest.raises(KeyFault, match="version 2"):
        before.decrypt("partner", "phone", ROW, new)
    forged = new[:1] + old[1:5] + new[5:]
    with pytest.raises(Tampered):
        after.decrypt("partner", "phone", ROW, forged)


def test_keys_do_not_show() -> None:
    data, index = os.urandom(32), os.urandom(32)
    shown = CompanyKeys.of(uuid4(), {1: data}, {1: index})
    shown.index("partner.phone_index", "1")
    for key in (data, index):
        assert repr(key)[2:10] not in repr(shown)
        assert key.hex() not in repr(shown)


# --- blind indexes ---------------------------------------------------------------------------------------------------


@given(st.lists(st.text(max_size=3), max_size=20), st.text(max_size=3))
def test_the_index_finds_what_a_look_at_the_plain_values_finds(stored: list[str], wanted: str) -> None:
    index = [KEYS.index("partner.phone_index", value) for value in stored]
    found = [place for place, value in enumerate(index) if value == KEYS.index("partner.phone_index", wanted)]
    assert found == [place for place, value in enumerate(stored) if value == wanted]


def test_an_index_tells_nothing_about_other_columns_and_companies() -> None:
    made = {each.index(column, "8000") for each in (KEYS, OTHER_KEYS) for column in ("a.b", "a.c", "a.bc")}
    assert len(made) == 6
    assert {len(value) for value in made} == {16}


def test_a_digest_is_known_again_after_the_key_was_rotated() -> None:
    id, first, second = uuid4(), os.urandom(32), os.urandom(32)
    before = CompanyKeys.of(id, {1: os.urandom(32)}, {1: first})
    after = CompanyKeys.of(id, {1: os.urandom(32)}, {1: first, 2: second})
    digest = before.digest("command", b"{}")
    assert after.digest("command", b"{}") != digest
    assert after.is_digest("command", b"{}", digest)
    assert not after.is_digest("command", b"{ }", digest)
    assert not after.is_digest("file", b"{}", digest)
    assert not OTHER_KEYS.is_digest("command", b"{}", digest)


# --- one form for many ways to write ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("normal", "written"),
    [
        (
            "13800138000",
            "13800138000, 138 0013 8000, 138-0013-8000, +86 13800138000, 0086-138-0013-8000, 8613800138000",
        ),
        ("13800138000", "１３８００１３８０００, ＋８６１３８００１３８０００, (+86)138.0013.8000, 电话：13800138000"),
        ("01065529988", "010-65529988, (010)65529988, +86 10 6552 9988, +86 010 65529988, 0086 10 65529988"),
        ("075588886666", "0755-8888 6666, +86 755 8888 6666"),
        ("4008123123", "400-812-3123, +86 400 812 3123"),
        ("95588", "95588, 955 88, +86 95588"),
        ("+85221234567", "+852 2123 4567, 00852 21234567"),
        ("+442071838750", "+44 20 7183 8750, 0044-20-7183-8750"),
        ("", ", +, 无, n/a"),
    ],
)
def test_phone_numbers(normal: str, written: str) -> None:
    assert {normal_phone(text) for text in written.split(",")} == {normal}


@given(st.text() | st.text("+0123456789 8６-()", max_size=20))
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    assert re.fullmatch(r"(\+?[0-9]+)?", normal_phone(text))
    assert normal_phone(normal_phone(text)) == normal_phone(text)
    assert normal_text(normal_text(text)) == normal_text(text)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "0086", "86", "＋86 ", "+ 86-"]))
def test_a_mobile_number_is_found_however_it_is_written(number: str, prefix: str) -> None:
    wide = "".join(unicodedata.lookup(f"FULLWIDTH DIGIT {unicodedata.name(digit)[6:]}") for digit in number)
    for text in (number, wide, f"{number[:3]} {number[3:7]} {number[7:]}"):
        assert normal_phone(prefix + text) == number
        assert last4(prefix + text) == number[-4:]


def test_short_numbers_have_no_last_four_digits() -> None:
    assert [last4(text) for text in ("", "110", "+1", "8000", "9-5588")] == ["", "", "", "8000", "5588"]


# --- columns ---------------------------------------------------------------------------------------------------------

metadata = MetaData(naming_convention={"ck": "%(table_name)s_%(constraint_name)s_check"})
person = Table(
    "person",
    metadata,
    Column("id", Uuid, primary_key=True),
    encrypted("phone"),
    blind_index("phone_index", of="phone", normal=normal_phone),
    blind_index("phone_last4_index", of="phone", normal=last4),
    encrypted("address", null=False),
)


def test_a_table_knows_its_encrypted_columns() -> None:
    assert [str(column) for column in encrypted_columns(metadata)] == ["person.phone", "person.address"]
    script = str(CreateTable(person).compile(dialect=postgresql.dialect()))
    assert "phone BYTEA CONSTRAINT person_phone_check CHECK (octet_length(phone) >= 33" in script
    assert "address BYTEA NOT NULL CONSTRAINT person_address_check" in script


def test_a_row_is_sealed_with_its_indexes() -> None:
    sealed = seal(KEYS, person, ROW, {"phone": "+86 138 0013 8000"})
    assert set(sealed) == {"phone", "phone_index", "phone_last4_index"}
    assert KEYS.decrypt_text("person", "phone", ROW, sealed["phone"] or b"") == "+86 138 0013 8000"
    assert sealed["phone_index"] == fields.index_of(KEYS, person, "phone_index", "138-0013-8000")
    assert sealed["phone_last4_index"] == fields.index_of(KEYS, person, "phone_last4_index", "8000")
    assert sealed["phone_index"] != sealed["phone_last4_index"]
    assert seal(KEYS, person, ROW, {"phone": None, "address": None}) == dict.fromkeys([*sealed, "address"])
    assert seal(KEYS, person, ROW, {"phone": "无"})["phone_index"] is None


def test_an_encrypted_column_is_not_compared() -> None:
    for compare in (
        lambda: person.c.phone == b"13800138000",
        lambda: person.c.phone < b"2",
        lambda: person.c.phone.like("138%"),
        lambda: person.c.phone.in_([b""]),
    ):
        with pytest.raises(TypeError, match="blind index"):
            compare()
    assert "phone IS NOT NULL" in str(person.c.phone.is_not(None))


# --- the store -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def database(postgres: Server, worker_id: str) -> AsyncIterator[Server]:
    server = create_database(postgres, f"keys_{worker_id}")
    connection = await asyncpg.connect(server.owner_url)
    await connection.execute("create schema control")
    await connection.execute(str(CreateTable(company_key).compile(dialect=postgresql.dialect())))
    await connection.execute(str(CreateTable(person).compile(dialect=postgresql.dialect())))
    yield server
    await connection.close()


@pytest.fixture
async def connection(database: Server) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute("truncate control.company_key")
    yield connection
    await connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "master.key"


async def test_the_database_refuses_plain_values(database: Server) -> None:
    engine = create_async_engine(database.owner_url.replace("postgresql:", "postgresql+asyncpg:"))
    row = {"id": ROW, **seal(KEYS, person, ROW, {"phone": "13800138000", "address": ""})}
    async with engine.begin() as connection:
        await connection.execute(insert(person), [row])
        found = await connection.execute(
            select(person.c.phone).where(
                person.c.phone_index == fields.index_of(KEYS, person, "phone_index", "+86 13800138000")
            )
        )
        assert KEYS.decrypt_text("person", "phone", ROW, found.scalar_one()) == "13800138000"
    async with engine.connect() as connection:
        with pytest.raises(StatementError, match="is not encrypted"):
            await connection.execute(insert(person), [row | {"id": OTHER_ROW, "address": "长江路 1 号".encode()}])
    await engine.dispose()
    raw = await asyncpg.connect(database.owner_url)
    with pytest.raises(asyncpg.CheckViolationError, match="person_address_check"):
        await raw.execute("insert into person (id, address) values ($1, $2)", OTHER_ROW, b"\1" + b"plain" * 5)
    await raw.close()


async def test_keys_are_made_stored_wrapped_and_loaded(connection: asyncpg.Connection, path: Path) -> None:
    master = await keys.open_master(f"file:{path}", connection, create=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first, second = uuid4(), uuid4()
    made = {id: await keys.create_keys(connection, id, master) for id in (first, second)}
    sealed = made[first].encrypt("partner", "phone", ROW, "13800138000")

    again = await keys.open_master(f"file:{path}", connection)
    loaded = await keys.load_keys(connection, [first, second], again)
    assert loaded[first].decrypt_text("partner", "phone", ROW, sealed) == "13800138000"
    assert loaded[first].index("partner.phone_index", "1") == made[first].index("partner.phone_index", "1")
    with pytest.raises(KeyFault, match="no keys for company"):
        await keys.load_keys(connection, [first, uuid4()], master)
    assert await connection.fetchval("select count(distinct master) from control.company_key") == 1


async def test_a_wrapped_key_opens_only_in_its_place(connection: asyncpg.Connection, path: Path) -> None:
    master = await keys.open_master(f"file:{path}", connection, create=True)
    ours, theirs = uuid4(), uuid4()
    for id in (ours, theirs):
        await keys.create_keys(connection, id, master)
    swap = "update control.company_key k set wrapped = o.wrapped from control.company_key o where "
    await connection.execute(swap + "k.company_id = $1 and o.company_id = $2 and k.kind = o.kind", ours, theirs)
    with pytest.raises(KeyFault, match=f"not the one of {ours}"):
        await keys.load_keys(connection, [ours], master)
    await connection.execute(swap + "k.company_id = $1 and o.company_id = $1 and k.kind <> o.kind", theirs)
    with pytest.raises(KeyFault, match=f"not the one of {theirs}"):
        await keys.load_keys(connection, [theirs], master)


async def test_a_lost_or_wrong_master_key_refuses_to_start(connection: asyncpg.Connection, path: Path) -> None:
    setting = f"file:{path}"
    with pytest.raises(KeyFault, match="is missing: put it there"):
        await keys.open_master(setting, connection)
    master = await keys.open_master(setting, connection, create=True)
    await keys.create_keys(connection, uuid4(), master)
    kept = path.read_text()

    path.unlink()
    with pytest.raises(KeyFault, match=f"wrapped with it \\({master.id}\\): put the file back"):
        await keys.open_master(setting, connection, create=True)
    assert not path.exists()

    keys.add_master(path)
    with pytest.raises(KeyFault, match=f"is not the master key of this database: .* {master.id}"):
        await keys.open_master(setting, connection, create=True)

    for text, reason in [("", "has no key"), (kept[:-3], "line 1: expected 64"), (kept + "geheim\n", "line 2")]:
        path.write_text(text)
        with pytest.raises(KeyFault, match=reason):
            await keys.open_master(setting, connection, create=True)
    path.write_text(kept)
    path.chmod(0o640)
    with pytest.raises(KeyFault, match="chmod 600"):
        await keys.open_master(setting, connection)
    path.chmod(0o600)
    assert (await keys.open_master(setting, connection)).id == master.id
    for wrong in ("", "file:", str(path), "vault:https://vault/transit"):
        with pytest.raises(KeyFault, match="expected file:PATH"):
            await keys.open_master(wrong, connection)


async def test_two_first_starts_agree_on_one_key(database: Server, path: Path) -> None:
    async def start() -> str:
        connection = await asyncpg.connect(database.owner_url)
        try:
            return (await keys.open_master(f"file:{path}", connection, create=True)).id
        finally:
            await connection.close()

    await keys_gone(database)
    assert len(set(await asyncio.gather(*(start() for _ in range(8))))) == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def keys_gone(database: Server) -> None:
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute("truncate control.company_key")
    await connection.close()


async def test_the_master_key_is_rotated_while_data_stays_readable(connection: asyncpg.Connection, path: Path) -> None:
    old = await keys.open_master(f"file:{path}", connection, create=True)
    made = {id: await keys.create_keys(connection, id, old) for id in (uuid4() for _ in range(20))}
    sealed = {id: each.encrypt("partner", "phone", ROW, str(id)) for id, each in made.items()}

    async def all_readable(master: keys.MasterKey) -> None:
        for id, each in (await keys.load_keys(connection, list(made), master)).items():
            assert each.decrypt_text("partner", "phone", ROW, sealed[id]) == str(id)

    keys.add_master(path)
    new = await keys.open_master(f"file:{path}", connection)
    assert new.id != old.id
    assert await keys.rewrap(connection, new, limit=7) == 7  # and then the run is cut off
    await all_readable(new)
    rest = []
    while rewrapped := await keys.rewrap(connection, new, limit=7):
        rest.append(rewrapped)
    assert sum(rest) == 33
    path.write_text(path.read_text().splitlines(keepends=True)[0])
    await all_readable(await keys.open_master(f"file:{path}", connection))


async def test_a_new_data_key_and_a_forgotten_company(connection: asyncpg.Connection, path: Path) -> None:
    master = await keys.open_master(f"file:{path}", connection, create=True)
    id = uuid4()
    before = await keys.create_keys(connection, id, master)
    sealed = before.encrypt("partner", "phone", ROW, "13800138000")
    await keys.rotate_data_key(connection, before, master)
    after = (await keys.load_keys(connection, [id], master))[id]
    assert after.version == 2
    assert after.decrypt_text("partner", "phone", ROW, sealed) == "13800138000"
    assert after.index("partner.phone_index", "1") == before.index("partner.phone_index", "1")
    with pytest.raises(asyncpg.UniqueViolationError):
        await keys.rotate_data_key(connection, before, master)  # by another process at the same time
    await keys.forget_keys(connection, id)
    with pytest.raises(KeyFault, match=f"no keys for company {id}"):
        await keys.load_keys(connection, [id], master)
