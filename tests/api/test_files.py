"""Photos of documents on their way out."""

from base64 import b64encode

import httpx
import pytest
import pytest_asyncio

from domain.ids import new_id
from tests.api.shop import Shop
from tests.domain.inventory.test_attachments import jpeg

ATTACH = """mutation ($id: UUID!, $input: AttachPhotoInput!) {
  attachPhoto(id: $id, input: $input) { status code }
}"""


@pytest_asyncio.fixture
async def photo(shop: Shop) -> str:
    id, document = str(new_id()), str(shop.mine.id("stock_document"))
    image = b64encode(jpeg(64, 48)).decode()
    body = {"photoId": id, "documentId": document, "mediaType": "image/jpeg", "image": image}
    data = await shop.read(shop.mine.tokens["keeper"], ATTACH, {"id": str(new_id()), "input": body})
    assert data["attachPhoto"]["status"] == "ACCEPTED", data
    return f"/downloads/photos/{id}"


async def get(shop: Shop, path: str, token: str | None) -> httpx.Response:
    return await shop.client.get(path, headers={"authorization": f"Bearer {token}"} if token else {})


async def test_a_photo_comes_as_it_was_and_is_kept_nowhere(shop: Shop, photo: str) -> None:
    answer = await get(shop, photo, shop.mine.tokens["keeper"])
    assert (answer.status_code, answer.content) == (200, jpeg(64, 48))
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"].startswith("inline; filename=")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("partner", 403), ("buyer", 200), ("sales", 200)])
async def test_whose_it_is(shop: Shop, photo: str, role: str | None, status: int) -> None:
    assert (await get(shop, photo, role and shop.mine.tokens[role])).status_code == status


async def test_no_other_company_has_it(shop: Shop, photo: str) -> None:
    assert (await get(shop, photo, shop.other.tokens["owner"])).status_code == 404
    assert (await get(shop, f"/downloads/photos/{new_id()}", shop.mine.tokens["owner"])).status_code == 404
    assert (await get(shop, "/downloads/photos/1", shop.mine.tokens["owner"])).status_code == 404


async def test_a_document_lists_its_photos(shop: Shop, photo: str) -> None:
    query = """query ($id: ID!) {
      photos(first: 100, filter: { documentId: { eq: $id } }, orderBy: [CREATED_AT_DESC]) {
        nodes { id mediaType size }
      }
    }"""
    asked = {"id": str(shop.mine.id("stock_document"))}
    data = await shop.read(shop.mine.tokens["keeper"], query, asked)
    found = {"id": photo.rsplit("/", 1)[1], "mediaType": "image/jpeg", "size": len(jpeg(64, 48))}
    assert data["photos"]["nodes"][0] == found
