"""Keys of the companies: made, wrapped by the master key, loaded, rotated, forgotten; and what they encrypt.

Each company has a data key and an index key, 32 random bytes each, in versions. They are stored wrapped, the wrapped
bytes bound to company, kind and version, so that a row moved to another company does not open. Erasing a company
destroys them, and with them every encrypted field of it, in every copy.

Wrong or lost keys raise; nothing is ever written in the clear instead.
"""

import hmac
import os
import struct
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol
from uuid import UUID

import asyncpg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

Kind = Literal["data", "index"]
KINDS: tuple[Kind, ...] = ("data", "index")

KEY_BYTES = 32
NONCE, TAG = 12, 16
FORMAT = 1
HEADER = struct.Struct(">BI")  # format, key version
SEALED_AT_LEAST = HEADER.size + NONCE + TAG
INDEX_BYTES = 16


class KeyFault(Exception):
    """A key is lost, wrong or unusable; the message says which and what to do."""


class Tampered(Exception):
    """An encrypted value is not the one that was written to this row and column of this company."""


# ---------------------------------------------------------------------------------------------------------------------
# The master key
# ---------------------------------------------------------------------------------------------------------------------


class MasterKey(Protocol):
    """What HUOTONG_KEYS names. Asynchronous, because it may be a service that does not hand its key out."""

    @property
    def id(self) -> str:
        """Names the version that wraps now; kept beside each wrapped key."""
        ...

    async def wrap(self, context: bytes, key: bytes) -> bytes: ...

    async def unwrap(self, context: bytes, wrapped: bytes) -> bytes:
        """Opens what any version wrapped for the same context; raises KeyFault otherwise."""
        ...


class FileMasterKey:
    """Master keys in a file of mode 0600, each a line of 64 hexadecimal digits, the newest first.

    A wrapped key is the fingerprint of its master, the nonce and the ciphertext. The fingerprint is the id: it proves
    that the right key was found and tells nothing about it.
    """

    def __init__(self, keys: Iterable[bytes]) -> None:
        self._ciphers = {fingerprint(key): AESGCM(key) for key in keys}
        self._newest = next(iter(self._ciphers))

    @property
    def id(self) -> str:
        return self._newest.hex()

    @property
    def ids(self) -> set[str]:
        return {known.hex() for known in self._ciphers}

    async def wrap(self, context: bytes, key: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return self._newest + nonce + self._ciphers[self._newest].encrypt(nonce, key, context)

    async def unwrap(self, context: bytes, wrapped: bytes) -> bytes:
        master, nonce, sealed = wrapped[:8], wrapped[8 : 8 + NONCE], wrapped[8 + NONCE :]
        if not (cipher := self._ciphers.get(master)):
            raise KeyFault(f"the master key {master.hex()} is not in the key file")
        try:
            return cipher.decrypt(nonce, sealed, context)
        except (InvalidTag, ValueError) as error:
            raise KeyFault(f"the wrapped key is not the one of {context.decode()}") from error


def fingerprint(key: bytes) -> bytes:
    return hmac.digest(key, b"huotong master key", "sha256")[:8]


async def open_master(setting: str, connection: asyncpg.Connection, *, create: bool = False) -> MasterKey:
    """The master key that HUOTONG_KEYS names, after a check that it opens what the companies' keys were wrapped with.

    A missing key file is made only with `create` and while nothing has been wrapped: a new key in place of a lost one
    would hide the loss.
    """
    scheme, _, rest = setting.partition(":")
    if scheme != "file" or not rest:
        raise KeyFault(f"HUOTONG_KEYS is {setting!r}: expected file:PATH")
    used = {row["master"] for row in await connection.fetch("select distinct master from control.company_key")}
    return file_master(Path(rest), used, create)


def file_master(path: Path, used: set[str], create: bool) -> FileMasterKey:
    """`used` are the ids that wrapped keys name."""
    named = ", ".join(sorted(used))
    if not path.exists():
        if used:
            raise KeyFault(
                f"the master key {path} is missing, and the companies' keys are wrapped with it ({named}): "
                "put the file back from its backup; without it their encrypted fields cannot be read"
            )
        if not create:
            raise KeyFault(f"the master key {path} is missing: put it there, or set HUOTONG_KEYS")
        add_master(path)
    master = FileMasterKey(read_masters(path))
    if not used <= master.ids:
        raise KeyFault(
            f"{path} is not the master key of this database: the companies' keys are wrapped with {named}, "
            f"the file has {', '.join(sorted(master.ids))}"
        )
    return master


def read_masters(path: Path) -> list[bytes]:
    if path.stat().st_mode & 0o077:
        raise KeyFault(f"others may read or write {path}: chmod 600 {path}")
    keys = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            key = bytes.fromhex(line)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise KeyFault(f"{path}, line {number}: expected {2 * KEY_BYTES} hexadecimal digits")
        keys.append(key)
    if not keys:
        raise KeyFault(f"{path} has no key")
    return keys


def add_master(path: Path) -> None:
    """Put a new master key before those of the file, which is made if need be. On disk when this returns.

    Every process has to be started again before `rewrap` runs, since it reads the file only once.
    """
    old = read_masters(path) if path.exists() else []
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{key.hex()}\n" for key in [os.urandom(KEY_BYTES), *old])
        file.flush()
        os.fsync(file.fileno())
    try:
        if old:
            draft.replace(path)
        else:
            path.hardlink_to(draft)  # unlike a rename it does not replace what another start has just made
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


# ---------------------------------------------------------------------------------------------------------------------
# What one company's keys do
# ---------------------------------------------------------------------------------------------------------------------


Material = tuple[UUID, Mapping[int, bytes], Mapping[int, bytes]]  # company, data and index keys by version


@dataclass(frozen=True, slots=True, eq=False)
class CompanyKeys:
    """The unwrapped keys of one company, as a value: encrypts with the newest version, decrypts with any.

    A value is format (1 byte), key version (4), nonce (12), ciphertext and tag (16). It is bound to company, table,
    column, row and version, so the row's id has to be there before its fields are encrypted. One key must not encrypt
    more than 2^32 values, since nonces are random.
    """

    company_id: UUID
    version: int
    _ciphers: Mapping[int, AESGCM] = field(repr=False)
    _index_keys: tuple[bytes, ...] = field(repr=False)  # newest first
    _material: Material = field(repr=False)
    _places: dict[tuple[str, str, int], bytes] = field(default_factory=dict, repr=False)
    _derived: dict[tuple[bytes, str], bytes] = field(default_factory=dict, repr=False)
    _keyed: dict[str, HMAC] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, company_id: UUID, data: Mapping[int, bytes], index: Mapping[int, bytes]) -> "CompanyKeys":
        ciphers = {version: AESGCM(key) for version, key in data.items()}
        index_keys = tuple(index[version] for version in sorted(index, reverse=True))
        return cls(company_id, max(data), ciphers, index_keys, (company_id, data, index))

    def material(self) -> Material:
        """What `of` makes them from, for another process of ours: by a pipe, and never to where it could be kept."""
        return self._material

    def encrypt(self, table: str, column: str, row_id: UUID, value: str | bytes) -> bytes:
        plain = value.encode() if isinstance(value, str) else value
        nonce = os.urandom(NONCE)
        place = self._place(table, column, self.version)
        return place[: HEADER.size] + nonce + self._ciphers[self.version].encrypt(nonce, plain, place + row_id.bytes)

    def decrypt(self, table: str, column: str, row_id: UUID, value: bytes) -> bytes:
        if len(value) < SEALED_AT_LEAST or value[0] != FORMAT:
            raise Tampered(f"{table}.{column} of {row_id}: not an encrypted value")
        version = HEADER.unpack_from(value)[1]
        if not (cipher := self._ciphers.get(version)):
            raise KeyFault(f"{table}.{column} of {row_id}: version {version} of the company's data key is not loaded")
        nonce, sealed = value[HEADER.size : HEADER.size + NONCE], value[HEADER.size + NONCE :]
        try:
            return cipher.decrypt(nonce, sealed, self._place(table, column, version) + row_id.bytes)
        except InvalidTag as error:
            raise Tampered(f"{table}.{column} of {row_id}: not what was written there") from error

    def decrypt_text(self, table: str, column: str, row_id: UUID, value: bytes) -> str:
        return self.decrypt(table, column, row_id, value).decode()

    def index(self, column: str, normalised: str) -> bytes:
        """The blind index of a value: equal values of one column of one company have equal ones, nothing else shows.

        `column` is table and column, such as `partner.phone_index`. 16 bytes: with 2^64 values still no accidental
        match is expected, nobody can gain by forging one, and the database's index is half as large.
        """
        key = self._derive(self._index_keys[0], f"index {column}")
        return hmac.digest(key, normalised.encode(), "sha256")[:INDEX_BYTES]

    def digest(self, purpose: str, data: bytes) -> bytes:
        """A keyed hash: unlike a plain one, a short or guessable body cannot be found from it."""
        keyed = self._keyed.get(purpose)
        if keyed is None:  # HMAC over nothing yet: a copy of it costs half of a new one, and lists need thousands
            key = self._derive(self._index_keys[0], f"digest {purpose}")
            self._keyed[purpose] = keyed = HMAC(key, SHA256())
        made = keyed.copy()
        made.update(data)
        return made.finalize()

    def is_digest(self, purpose: str, data: bytes, digest: bytes) -> bool:
        """Whether `digest` was made from the same data, by this or an earlier version of the key."""
        return any(
            hmac.compare_digest(hmac.digest(self._derive(key, f"digest {purpose}"), data, "sha256"), digest)
            for key in self._index_keys
        )

    def _place(self, table: str, column: str, version: int) -> bytes:
        """Header and associated data without the row, which is added as 16 bytes. NUL is in no identifier."""
        place = self._places.get((table, column, version))
        if place is None:
            place = HEADER.pack(FORMAT, version) + self.company_id.bytes + f"{table}\0{column}\0".encode()
            self._places[table, column, version] = place
        return place

    def _derive(self, key: bytes, purpose: str) -> bytes:
        """A key of its own for each column and purpose: equal values in two columns do not look equal."""
        derived = self._derived.get((key, purpose))
        if derived is None:
            derived = HKDFExpand(SHA256(), KEY_BYTES, purpose.encode()).derive(key)
            self._derived[key, purpose] = derived
        return derived


# ---------------------------------------------------------------------------------------------------------------------
# Their store
# ---------------------------------------------------------------------------------------------------------------------

INSERT = """insert into control.company_key (company_id, kind, version, wrapped, master)
values ($1, $2, $3, $4, $5)"""
SELECT = "select company_id, kind, version, wrapped from control.company_key where company_id = any($1)"
OF_OTHER_MASTERS = """select company_id, kind, version, wrapped from control.company_key where master <> $1
order by company_id, kind, version limit $2 for update"""
REWRAP = """update control.company_key k set wrapped = n.wrapped, master = $5
from unnest($1::uuid[], $2::text[], $3::int[], $4::bytea[]) as n(company_id, kind, version, wrapped)
where (k.company_id, k.kind, k.version) = (n.company_id, n.kind, n.version)"""


def context(company_id: UUID, kind: str, version: int) -> bytes:
    return f"{company_id}|{kind}|{version}".encode()


async def create_keys(connection: asyncpg.Connection, company_id: UUID, master: MasterKey) -> CompanyKeys:
    """The first keys of a company; belongs into the transaction that makes it."""
    keys: dict[Kind, bytes] = {kind: os.urandom(KEY_BYTES) for kind in KINDS}
    for kind, key in keys.items():
        await add_key(connection, company_id, kind, 1, key, master)
    return CompanyKeys.of(company_id, {1: keys["data"]}, {1: keys["index"]})


async def add_key(
    connection: asyncpg.Connection, company_id: UUID, kind: Kind, version: int, key: bytes, master: MasterKey
) -> None:
    wrapped = await master.wrap(context(company_id, kind, version), key)
    await connection.execute(INSERT, company_id, kind, version, wrapped, master.id)


async def load_keys(
    connection: asyncpg.Connection, company_ids: Collection[UUID], master: MasterKey
) -> dict[UUID, CompanyKeys]:
    """The keys of these companies. Raises KeyFault where a company has none: they were forgotten, or never made."""
    keys: dict[UUID, dict[str, dict[int, bytes]]] = {id: {kind: {} for kind in KINDS} for id in company_ids}
    for id, kind, version, wrapped in await connection.fetch(SELECT, list(company_ids)):
        keys[id][kind][version] = await master.unwrap(context(id, kind, version), wrapped)
    if without := [str(id) for id, kinds in keys.items() if not all(kinds.values())]:
        raise KeyFault(f"no keys for company {', '.join(without)}")
    return {id: CompanyKeys.of(id, kinds["data"], kinds["index"]) for id, kinds in keys.items()}


async def rotate_data_key(connection: asyncpg.Connection, keys: CompanyKeys, master: MasterKey) -> None:
    """A new version of the company's data key. Values of older versions stay readable; processes load it when they
    next load keys, and one that has not yet raises KeyFault for a value of the new version."""
    await add_key(connection, keys.company_id, "data", keys.version + 1, os.urandom(KEY_BYTES), master)


async def forget_keys(connection: asyncpg.Connection, company_id: UUID) -> None:
    """Destroys the keys of an erased company: nothing of its encrypted fields can be read again, in any copy."""
    await connection.execute("delete from control.company_key where company_id = $1", company_id)


async def rewrap(connection: asyncpg.Connection, master: MasterKey, limit: int = 500) -> int:
    """Wraps with the newest master key some of what older ones wrapped; returns how many. Touches no data of companies.

    To be called in one transaction after the other until it returns 0, and again after an interruption: what is done
    stays done. Then the old master key may leave the file, once no backup needs it any more.
    """
    rows = await connection.fetch(OF_OTHER_MASTERS, master.id, limit)
    wrapped = []
    for id, kind, version, old in rows:
        place = context(id, kind, version)
        wrapped.append(await master.wrap(place, await master.unwrap(place, old)))
    columns = [[row[column] for row in rows] for column in ("company_id", "kind", "version")]
    await connection.execute(REWRAP, *columns, wrapped, master.id)
    return len(rows)
