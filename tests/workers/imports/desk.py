"""Imports as a person makes them, with their jobs worked on in this process."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from domain.files import read_file, write_file
from domain.ids import new_id
from domain.imports import papers
from domain.imports.papers import Row
from tenants.access import Caller
from tenants.access import caller_of as find_caller
from tenants.clients import create_client
from tenants.registry import Company
from tests.builders import act
from tests.companies import Instance
from workers.heart import Heart
from workers.outbox import Hands, hand_over
from workers.running import Runner


@dataclass
class Desk:
    instance: Instance
    company: Company
    who: Caller
    runner: Runner = field(init=False)

    def __post_init__(self) -> None:
        database = self.instance.database
        self.runner = Runner(self.instance.registry, Heart(database, lambda: None, threads=1))

    @classmethod
    async def of(cls, instance: Instance, company: Company, role: str = "owner") -> "Desk":
        given = await create_client(company, f"a {role}", role)
        actor_id = await instance.owner.fetchval(
            "select id from control.client where client_id = $1", given.client_id
        )  # fmt: skip
        assert actor_id
        who = await find_caller(company, actor_id)
        assert who
        return cls(instance, company, who)

    async def work(self) -> None:
        """On all jobs there are."""
        await hand_over(self.company, Hands(lambda *_: None, lambda: None))
        while await self.runner.work():
            pass

    async def ask(self, name: str, import_id: UUID, **body: Any) -> dict[str, Any]:
        """A command about an import, its job, and what the import is then."""
        await act(self.who, f"imports.{name}", import_id=import_id, **body)
        await self.work()
        return await self.now(import_id)

    async def now(self, import_id: UUID) -> dict[str, Any]:
        about = await papers.import_of(self.company, import_id)
        assert about
        async with self.instance.owner.transaction(readonly=True):
            await self.instance.owner.execute(f"set local search_path to {self.company.schema}")
            why = await self.instance.owner.fetchrow(
                "select code, details::text, left_out::text from import_job where id = $1", import_id
            )  # fmt: skip
        assert why
        return {
            **about, "code": why["code"], "why": why["details"] and orjson.loads(why["details"]),
            "left_out": orjson.loads(why["left_out"]),
        }  # fmt: skip

    async def upload(self, content: bytes | str, name: str = "file.csv") -> UUID:
        id = new_id()
        await write_file(
            self.company, id=id, name=name, media_type="text/csv", purpose="upload", permission="",
            actor_id=self.who.actor_id, chunks=[content.encode() if isinstance(content, str) else content],
        )  # fmt: skip
        return id

    async def begin(self, content: bytes | str, name: str = "file.csv") -> UUID:
        import_id = new_id()
        await self.ask("begin_import", import_id, file_id=await self.upload(content, name))
        return import_id

    async def through(self, content: bytes | str, name: str = "file.csv", **mapped: Any) -> tuple[UUID, dict[str, Any]]:
        """Uploaded, checked and run."""
        import_id = await self.begin(content, name)
        if mapped:
            await self.ask("map_import", import_id, **mapped)
        await self.ask("check_import", import_id)
        return import_id, await self.ask("run_import", import_id)

    async def rows(self, import_id: UUID) -> list[Row]:
        return [row async for row in papers.kept(self.company, import_id)]

    async def file(self, id: UUID) -> bytes:
        return b"".join([chunk async for chunk in read_file(self.company, id)])


def counts(about: dict[str, Any]) -> tuple[int, int, int, int]:
    return about["accepted"], about["changed"], about["unchanged"], about["refused"]
