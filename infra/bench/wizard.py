"""An import as a person makes it: the requests of the pages, to an API with its workers beside it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from domain.ids import new_id
from infra.bench import load
from infra.bench.setting import graphql

LOOK = 0.1  # seconds between two looks at where the import is; the page is told four times a second
PATIENCE = 120.0  # seconds of one step
STEP = "mutation ($id: UUID!, $input: %s!) { outcome: %s(id: $id, input: $input) { status code } }"
BEGIN, CHECK, RUN = (
    STEP % ("BeginImportInput", "beginImport"), STEP % ("CheckImportInput", "checkImport"),
    STEP % ("RunImportInput", "runImport"),
)  # fmt: skip
WHERE = "query ($id: ID!) { import(id: $id) { status code accepted job { status } } }"


class WizardError(RuntimeError):
    """The import went another way than it was to go."""


@dataclass
class Wizard:
    """Who sits before the page. `token`: an Authorization header."""

    port: int
    token: str

    def upload(self, path: Path) -> UUID:
        headers = {"Authorization": self.token, "Content-Type": "application/octet-stream"}
        answer = load.ask(self.port, load.request(f"/uploads?name={path.name}", path.read_bytes(), headers))
        return UUID(orjson.loads(answer)["id"])

    def step(self, document: str, import_id: UUID, until: str, **more: Any) -> Mapping[str, Any]:
        """One button, and what the import is once its job is done. `until`: the status that is waited for."""
        said = {"id": str(new_id()), "input": {"importId": str(import_id), **more}}
        outcome = self.ask(document, said)["outcome"]
        if outcome["status"] != "ACCEPTED":
            raise WizardError(f"{until}: {outcome}")
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            now = self.ask(WHERE, {"id": str(import_id)})["import"]
            if now["status"] == until and now["job"]["status"] == "DONE":
                return now
            if now["status"] == "FAILED" or now["job"]["status"] in ("FAILED", "QUARANTINED"):
                raise WizardError(f"{until}: {now}")
            time.sleep(LOOK)
        raise WizardError(f"not {until} after {PATIENCE:.0f} s")

    def ask(self, document: str, variables: Mapping[str, Any]) -> Any:
        answer = orjson.loads(load.ask(self.port, graphql(self.token, document, variables)))
        if "errors" in answer:
            raise WizardError(str(answer["errors"]))
        return answer["data"]
