"""The certificate of a check: what was compared, what was found, and the head of the log, signed by the instance.

A file that a customer keeps elsewhere. Whoever changes the log afterwards, even with all keys of the company, cannot
change what it says. The signature is a detached JWS over the certificate as canonical JSON; the key that made it is in
the header, for who checks it without this instance, and known here by its id however long ago it signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from domain.audit.verify import Anchor
from domain.plain import canonical
from tenants.registry import Company
from tenants.signing import ALGORITHM, SigningKeys
from tenants.transaction import read_transaction
from workers.reconcile import Report

TYPE = "huotong-certificate+jws"
LARGEST = 1_000_000  # bytes; more is refused unread
HEADS: LiteralString = "select checked_at, log_n, log_chain from reconciliation where log_n > 0 order by checked_at"


class BadCertificate(Exception):
    """Not a certificate of this instance, or not as it was signed."""


@dataclass(frozen=True, slots=True)
class Certificate:
    said: Mapping[str, Any]
    kid: str

    @property
    def company_id(self) -> UUID:
        return UUID(self.said["company"]["id"])

    @property
    def anchor(self) -> Anchor:
        log = self.said["log"]
        return Anchor(log["n"], bytes.fromhex(log["hash"]), f"the certificate of {self.said['checked_at']}")


def make(company: Company, report: Report, id: UUID, keys: SigningKeys) -> bytes:
    """The file."""
    said = {
        "certificate": str(id),
        "company": {"id": str(company.id), "slug": company.slug, "name": company.name},
        "checked_at": report.checked_at.isoformat(),
        "moves": report.moves,
        "differences": report.counts,
        "clean": report.clean,
        "feed": report.feed,
        "log": {"n": report.log_n, "hash": report.log_chain.hex()},
    }
    key = keys.current
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid, "jwk": key.as_dict(private=False)}
    signed = jws.serialize_compact(header, canonical(said), key, algorithms=[ALGORITHM])
    return orjson.dumps({"certificate": said, "jws": jws.detach_content(signed)}, option=orjson.OPT_INDENT_2)


def read(content: bytes, known: Mapping[str, ECKey]) -> Certificate:
    """`known`: every key that ever signed here. What the header says of the key is not followed, only its id."""
    try:
        if len(content) > LARGEST:
            raise BadCertificate("it is too large for a certificate")
        file = orjson.loads(content)
        payload = canonical(file["certificate"])
        header = jws.extract_compact(file["jws"].encode(), payload).protected
        if header.get("typ") != TYPE:
            raise BadCertificate("it is not a certificate")
        key = known.get(str(header.get("kid")))
        if key is None:
            raise BadCertificate(f"this instance does not know the key {header.get('kid')}")
        jws.deserialize_compact(file["jws"], key, algorithms=[ALGORITHM], payload=payload)
        certificate = Certificate(orjson.loads(payload), str(key.kid))
        assert certificate.anchor
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadCertificate("it is not as it was signed") from error
    return certificate


async def anchors_of(company: Company) -> list[Anchor]:
    """What the company's own checks knew of its log."""
    async with read_transaction(company) as door:
        rows = await door.raw.fetch(HEADS)
    return [Anchor(row["log_n"], row["log_chain"], f"the check of {row['checked_at']:%Y-%m-%d %H:%M}") for row in rows]
