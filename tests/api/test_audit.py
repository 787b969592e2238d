"""GraphQL over HTTP, as graphql-http audits it: none of its MUSTs and SHOULDs fails."""

import asyncio
import json
import subprocess
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn

from infra.launch.node import environment
from tests.api.shop import Shop

HERE = Path(__file__).with_name("audit")
SECONDS = 120


@pytest.fixture(scope="module")
def audits() -> Path:
    """From npm; where it cannot be had, that is said aloud and nothing is audited."""
    try:
        command = ("npm", "ci", "--silent", "--prefer-offline")
        subprocess.run(command, cwd=HERE, env=environment(), check=True, capture_output=True, timeout=SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        warnings.warn(f"GraphQL over HTTP was not audited: npm cannot install graphql-http ({error})", stacklevel=1)
        pytest.skip("npm cannot install graphql-http")
    return HERE / "audit.mjs"


@pytest_asyncio.fixture
async def url(shop: Shop) -> AsyncIterator[str]:
    """The app behind a real server. It runs already: its start and stop belong to the fixture `shop`."""
    config = uvicorn.Config(shop.app, port=0, lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    [socket] = server.servers[0].sockets
    yield f"http://127.0.0.1:{socket.getsockname()[1]}/graphql"
    server.should_exit = True
    await serving


async def test_audits(audits: Path, url: str, shop: Shop) -> None:
    process = await asyncio.create_subprocess_exec(
        "node", audits.name, url, shop.mine.tokens["owner"], cwd=HERE, env=environment(), stdout=subprocess.PIPE
    )
    told, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    results = [json.loads(line) for line in told.decode().splitlines()]
    print(f"{sum(result['status'] == 'ok' for result in results)} of {len(results)} audits")
    assert len(results) > 50
    assert [result for result in results if result["status"] != "ok"] == []
