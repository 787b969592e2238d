"""What is said of products, without their ids: for devices that hold the same products.

Ids are random and do not compress: of a price's row they were nine tenths. A device that has the products of a hash
bucket needs only the values in the order of the ids, and a digest that tells whether these are the ids it has: chunks
may be of different moments, and then it takes the rows with their ids. So nothing is ever said of the wrong product,
whatever was made or removed in between. What a value lacks, since its product was made while the chunk was, or its
row was read before the list of products, is a change behind the number of the chunk: the pull that follows has it.
"""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

import orjson

DIGITS = 16  # of the digest


def align(name: str, rows: str, ids: Sequence[UUID]) -> str:
    """The rest of a line: the values called `name` of rows as JSON, for each of the ids. Without a row it is null."""
    values = {row["id"]: row[name] for row in orjson.loads(f"[{rows}]")}
    texts = [str(id) for id in ids]
    listed = orjson.dumps([values.get(id) for id in texts]).decode()
    return f'"products":"{digest(texts)}","values":{listed}'


def digest(ids: Sequence[str]) -> str:
    return sha256("".join(ids).encode()).hexdigest()[:DIGITS]
