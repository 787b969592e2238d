"""The sealed log: whoever alters, removes, inserts or reorders a row is found at that row, even as the owner."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.audit import seal as sealer
from domain.audit.seal import AT_ONCE, seal, seal_all
from domain.audit.verify import Anchor, Verdict, verify
from domain.execute import execute
from domain.ids import new_id
from infra.operate.redacting import redact
from tenants.registry import Company
from tenants.transaction import write_transaction
from tests.builders import call, make_unit, make_warehouse
from tests.companies import Instance, caller_of

LOGGED = """insert into command_log (id, name, actor_id, door, occurred_at, body_hash)
 values ($1, 'test.write', $2, 'job', $3, $4)"""
CALLS = 6


@pytest.fixture
async def logged(company: Company) -> Company:
    """A company whose log has some rows, all sealed."""
    owner = caller_of(company)
    for number in range(CALLS):
        await make_unit(owner, f"unit {number}")
    await seal_all(company)
    return company


@pytest.fixture
def as_owner(instance: Instance) -> Callable[..., Awaitable[None]]:
    async def act(company: Company, *statements: str) -> None:
        async with instance.owner.transaction():
            await instance.owner.execute(f"set local search_path to {company.schema}")
            for statement in statements:
                await instance.owner.execute(statement)

    return act


async def clean(company: Company, **options: Any) -> Verdict:
    verdict = await verify(company, bodies=True, **options)
    assert verdict.clean, verdict
    return verdict


async def test_what_was_logged_is_sealed_in_order_and_found_to_be_as_it_was(logged: Company) -> None:
    verdict = await clean(logged)
    assert (verdict.rows, verdict.bodies, verdict.unsealed) == (CALLS, CALLS, 0)
    assert await seal(logged) == 0

    await make_warehouse(caller_of(logged))
    assert (await clean(logged)).unsealed == 1
    assert await seal(logged) == 1
    assert (await clean(logged)).rows == CALLS + 1


def named(verdict: Verdict) -> tuple[str, int | None] | None:
    return (verdict.fault.kind, verdict.fault.n) if verdict.fault else None


ID = "(select id from seal where n = {})"
SWAPPED = (
    "update seal set n = -1 where n = 3",
    "update seal set n = 3 where n = {}",
    "update seal set n = {} where n = -1",
)
TAMPERING: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "another name": ("altered", 3, (f"update command_log set name = 'sales.sell_now' where id = {ID.format(3)}",)),
    "another actor": ("altered", 3, (f"update command_log set actor_id = id where id = {ID.format(3)}",)),
    "another time": (
        "altered", 3, (f"update command_log set occurred_at = occurred_at + '1 us' where id = {ID.format(3)}",),
    ),
    "recorded at another time": (
        "altered", 1, (f"update command_log set recorded_at = now() - interval '1 day' where id = {ID.format(1)}",),
    ),
    "another door": ("altered", 6, (f"update command_log set door = 'sync' where id = {ID.format(6)}",)),
    "another hash": ("altered", 3, (f"update command_log set body_hash = 'x' where id = {ID.format(3)}",)),
    "another body": (
        "altered", 3,
        (f"""update command_log l set body = o.body from command_log o where l.id = {ID.format(3)}
          and o.id = {ID.format(4)}""",),
    ),
    "another outcome": (
        "altered", 3,
        (f"""update command_log l set outcome = o.outcome from command_log o where l.id = {ID.format(3)}
          and o.id = {ID.format(4)}""",),
    ),
    "no body": ("erased", 3, (f"update command_log set body = null where id = {ID.format(3)}",)),
    "no outcome": ("erased", 3, (f"update command_log set outcome = null where id = {ID.format(3)}",)),
    "another seal": ("altered", 3, ("update seal set chain = 'x' where n = 3",)),
    "another hash of the outcome": ("altered", 3, ("update seal set outcome_hash = null where n = 3",)),
    "a row removed": ("removed", 3, (f"delete from command_log where id = {ID.format(3)}",)),
    "a row and its seal removed": (
        "removed", 3, (f"delete from command_log where id = {ID.format(3)}", "delete from seal where n = 3"),
    ),
    "removed and renumbered": (
        "altered", 3,
        (f"delete from command_log where id = {ID.format(3)}", "delete from seal where n = 3",
         "update seal set n = -n where n > 3", "update seal set n = -n - 1 where n < 0",
         "update seal_head set n = n - 1"),
    ),
    "the tail removed": (
        "removed", 5, (f"delete from command_log where id = {ID.format(5)} or id = {ID.format(6)}",
                       "delete from seal where n >= 5"),
    ),
    "neighbours reordered": ("reordered", 3, tuple(one.format(4) for one in SWAPPED)),
    "others reordered": ("reordered", 3, tuple(one.format(5) for one in SWAPPED)),
    "rows under each other's seal": (
        "reordered", 3,
        ("create temp table was on commit drop as select n, id, outcome_hash from seal where n in (3, 5)",
         "update seal set id = gen_random_uuid() where n in (3, 5)",
         "update seal s set id = w.id, outcome_hash = w.outcome_hash from was w where s.n = 8 - w.n"),
    ),
    "a row inserted with a seal": (
        "inserted", 3,
        ("update seal set n = -n where n >= 3", "update seal set n = -n + 1 where n < 0",
         "update seal_head set n = n + 1",
         "insert into command_log select gen_random_uuid(), name, actor_id, door, occurred_at, recorded_at, body_hash "
         "from command_log limit 1",
         "insert into seal select 3, id, null, 'forged' from command_log l "
         "where not exists (select from seal s where s.id = l.id)"),
    ),
    "the head moved": ("altered", 6, ("update seal_head set chain = 'x'",)),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERING)
async def test_tampering_is_named_with_its_row(logged: Company, as_owner: Any, how: str) -> None:
    kind, n, statements = TAMPERING[how]
    await as_owner(logged, *statements)
    assert named(await verify(logged, bodies=True)) == (kind, n)


async def test_a_row_that_was_slipped_in_without_a_seal_is_named(logged: Company, as_owner: Any) -> None:
    await as_owner(
        logged,
        """insert into command_log select gen_random_uuid(), name, actor_id, door, occurred_at,
 recorded_at - interval '1 day', body_hash from command_log limit 1""",
    )
    assert named(await verify(logged)) == ("inserted", None)


async def test_an_outcome_that_the_companys_keys_did_not_encrypt_is_sealed_as_what_it_is(
    logged: Company, as_owner: Any
) -> None:
    copied = (
        "insert into command_log select gen_random_uuid(), name, actor_id, door, occurred_at, now(), body_hash, body,"
    )
    await as_owner(logged, f"{copied} outcome from command_log limit 1")
    await seal(logged)
    assert named(await verify(logged)) == ("inserted", CALLS + 1)


async def test_a_log_that_was_cut_off_whole_is_found_by_a_certificate(
    logged: Company, as_owner: Any, rows: Any
) -> None:
    known = {row["n"]: row["chain"] for row in await rows(logged, "select n, chain from seal")}
    anchor = Anchor(CALLS, known[CALLS], "the certificate of today")
    assert (await clean(logged, anchors=[anchor])).anchors == 1
    await as_owner(
        logged,
        "delete from command_log where id in (select id from seal where n >= 5)",
        "delete from seal where n >= 5",
        "update seal_head set n = 4, chain = (select chain from seal where n = 4)",
    )
    assert (await verify(logged)).clean  # it knows nothing of what is gone
    assert named(await verify(logged, [anchor])) == ("removed", 5)


async def test_who_writes_the_log_anew_with_the_keys_is_found_by_a_certificate(
    logged: Company, as_owner: Any, rows: Any
) -> None:
    [known] = await rows(logged, "select n, chain from seal where n = 4")
    await as_owner(
        logged,
        f"update command_log set actor_id = gen_random_uuid() where id = {ID.format(2)}",
        "delete from seal",
        "update seal_head set n = 0, chain = '', last_at = null",
    )
    await seal_all(logged)
    assert (await verify(logged)).clean
    assert named(await verify(logged, [Anchor(4, known["chain"], "a certificate")])) == ("altered", 4)


async def test_the_companys_role_changes_nothing_that_is_sealed(logged: Company) -> None:
    for statement in (
        "update seal set n = n", "delete from seal", "truncate seal", "delete from seal_head",
        "insert into seal_head default values", "update command_log set name = ''",
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with write_transaction(logged) as door:
                await door.raw.execute(statement)


async def test_erasing_what_a_person_said_keeps_the_log_valid(instance: Instance, logged: Company, rows: Any) -> None:
    ids = [row["id"] for row in await rows(logged, "select id from seal where n in (2, 4)")]
    assert await redact(instance.owner, logged, ids) == 2
    [told] = await rows(logged, "select count(*) as n from command_log where body is null and outcome is null")
    assert told["n"] == 2
    assert (await verify(logged)).fault  # until the row that says so is sealed
    await seal(logged)
    assert (await clean(logged)).rows == CALLS + 1

    await instance.owner.execute(f"delete from {logged.schema}.command_log where name = 'redacted'")
    assert named(await verify(logged)) == ("removed", CALLS + 1)


async def test_a_row_erased_before_it_was_sealed(instance: Instance, company: Company, rows: Any) -> None:
    await make_unit(caller_of(company))
    [row] = await rows(company, "select id from command_log")
    await redact(instance.owner, company, [row["id"]])
    await seal_all(company)
    await clean(company)


async def test_a_repeat_of_a_call_that_was_erased_learns_nothing(instance: Instance, company: Company) -> None:
    once = call("masterdata.save_units", {"records": [{"id": str(new_id()), "name": "box"}]})
    assert (await execute(once, caller_of(company))).status == "accepted"
    await redact(instance.owner, company, [once.id])
    assert (await execute(once, caller_of(company))).code == "key_reuse"


# --- concurrent writers and sealers ---


async def write(url: str, company: Company, chance: random.Random, kept: set[UUID]) -> None:
    connection = await asyncpg.connect(url)
    for _ in range(30):
        id = new_id()
        await connection.execute(company.opening)
        await connection.execute(LOGGED, id, id, datetime.now(UTC), id.bytes)
        await asyncio.sleep(chance.random() * 0.02)  # commits out of order
        if chance.random() < 0.2:
            await connection.execute("rollback")
        else:
            await connection.execute("commit")
            kept.add(id)
    await connection.close()


async def test_writers_and_sealers_at_once_leave_one_chain_without_a_gap(
    instance: Instance, company: Company, rows: Any
) -> None:
    chance, kept, over = random.Random(7), set[UUID](), asyncio.Event()

    async def sealing() -> None:
        while not over.is_set():
            await seal(company, limit=chance.randint(1, 20))

    sealers = [asyncio.create_task(sealing()) for _ in range(3)]
    await asyncio.gather(*(write(instance.server.app_url, company, chance, kept) for _ in range(6)))
    over.set()
    await asyncio.gather(*sealers)
    await seal_all(company)
    sealed = await rows(company, "select n, id from seal order by n")
    assert [row["n"] for row in sealed] == list(range(1, len(kept) + 1))
    assert {row["id"] for row in sealed} == kept
    assert named(await verify(company)) == ("erased", 1)  # these rows never had a body; the chain is whole


async def test_a_sealer_that_dies_before_its_commit_leaves_nothing(company: Company, rows: Any) -> None:
    owner = caller_of(company)
    await make_unit(owner)

    class Died(Exception):
        pass

    with pytest.raises(Died):
        async with write_transaction(company) as door:
            await door.raw.fetchrow(sealer.LOCK)
            found = await door.raw.fetch(sealer.WAITING, sealer.BEGINNING, 10)
            columns = [list(one) for one in zip(*sealer.chained(company.keys, 0, b"", found), strict=True)]
            await door.raw.execute(sealer.WRITE, *columns, 1, columns[3][-1], found[-1]["recorded_at"])
            raise Died
    assert await rows(company, "select n from seal") == []
    await seal_all(company)
    assert (await clean(company)).rows == 1


async def test_a_row_that_commits_late_is_sealed_by_the_wider_look(instance: Instance, company: Company) -> None:
    late = await asyncpg.connect(instance.server.app_url)
    await late.execute(company.opening)
    await late.execute(LOGGED, new_id(), new_id(), datetime.now(UTC), b"x")
    await make_unit(caller_of(company))
    await instance.owner.execute(f"update {company.schema}.seal_head set last_at = now() + interval '1 minute'")
    await late.execute("commit")
    await late.close()
    assert await seal(company) == 0
    assert await seal(company, timedelta(hours=1)) == 2


async def test_a_long_backlog_is_sealed_in_batches(instance: Instance, company: Company) -> None:
    await instance.owner.execute(
        f"""insert into {company.schema}.command_log (id, name, actor_id, door, occurred_at, body_hash)
 select gen_random_uuid(), 'test.write', gen_random_uuid(), 'job', now(), 'x'
 from generate_series(1, {2 * AT_ONCE + 5})"""
    )
    assert await seal(company) == AT_ONCE
    await seal_all(company, timedelta())
    assert (await verify(company)).rows == 2 * AT_ONCE + 5


CHANGES = (  # of the row at place $n
    "update command_log set name = name || 'x' where id = {id}",
    "update command_log set occurred_at = occurred_at - interval '1 s' where id = {id}",
    "update command_log set actor_id = id where id = {id}",
    "delete from command_log where id = {id}",
    "delete from seal where n = {n}",
    "update seal set outcome_hash = 'x' where n = {n}",
    "update seal set chain = chain || 'x' where n = {n}",
)


@pytest.mark.parametrize("seed", range(12))
async def test_of_several_changes_the_first_is_named(logged: Company, as_owner: Any, rows: Any, seed: int) -> None:
    chance = random.Random(seed)
    places = sorted(chance.sample(range(1, CALLS + 1), chance.randint(1, 3)))
    sealed = {row["n"]: row["id"] for row in await rows(logged, "select n, id from seal")}
    changes = [chance.choice(CHANGES).format(n=n, id=f"'{sealed[n]}'") for n in places]
    await as_owner(logged, *changes)
    assert (named(await verify(logged)) or ("", None))[1] == places[0], changes
