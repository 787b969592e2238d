"""The client, code, session and token that a request names, as Authlib asks about them."""

# The types of Authlib that the checker has are of an older version.
# pyright: reportIncompatibleMethodOverride=false

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin
from joserfc.jwk import ECKey

from tenants.clients import Client
from tenants.sessions import Code, Person, Session


@dataclass(frozen=True, slots=True)
class Given:
    """What an access or refresh token that a client shows was given for."""

    client_id: str
    claims: Mapping[str, Any]  # as introspection tells them
    active: bool
    session_id: UUID | None = None  # of a refresh token
    token_id: str | None = None  # of an access token


@dataclass
class Loaded:
    """The rows that a request names, and what the grants decide about them."""

    issuer: str
    key: ECKey
    client: "Registered | None" = None
    code: Code | None = None
    session: Session | None = None  # of the refresh token, found to be ours
    next_refresh_token: str | None = None
    session_id: UUID | None = None  # of this token, or to begin with it
    lost: bool = False  # the refresh token is that of a device that was reported lost
    given: Given | None = None
    assertion_spent: bool = False
    # decided
    new_code: dict[str, Any] = field(default_factory=dict)
    assertion: tuple[str, datetime] | None = None  # to be remembered until it expires
    revoked: Given | None = None


class Registered(ClientMixin):
    """A client as Authlib asks about it."""

    def __init__(self, row: Client) -> None:
        self.row, self.client_id = row, row.client_id

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What is asked for and allowed, all that is allowed if nothing is asked for; None: refused."""
        asked = (scope or "").split() or sorted(self.row.scopes)
        return " ".join(word for word in asked if word in self.row.scopes) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.row.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return self.row.has_secret(client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        if self.row.secret_hash:
            return method in ("client_secret_basic", "client_secret_post")
        return method == ("private_key_jwt" if self.row.jwks else "none")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and bool(self.row.redirect_uris)

    def check_grant_type(self, grant_type: str) -> bool:
        if grant_type == "client_credentials":
            return self.row.membership_id is not None
        return grant_type in ("authorization_code", "refresh_token") and bool(self.row.redirect_uris)


class User:
    def __init__(self, person: Person) -> None:
        self.person = person

    def get_user_id(self) -> str:
        return str(self.person.account_id)


class CodeRow:
    def __init__(self, row: Code) -> None:
        self.row = row
        self.code_challenge, self.code_challenge_method = row.code_challenge, "S256"

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return self.row.scope

    def get_nonce(self) -> str | None:
        return self.row.nonce

    def get_auth_time(self) -> int:
        return int(self.row.signed_in_at.timestamp())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> list[str]:
        return ["pwd"]


class SessionRow(TokenMixin):
    def __init__(self, row: Session) -> None:
        self.row = row

    def check_client(self, client: Registered) -> bool:
        return client.client_id == self.row.client_id

    def get_scope(self) -> str:
        return self.row.scope


class GivenToken(TokenMixin):
    def __init__(self, given: Given) -> None:
        self.given = given

    def check_client(self, client: Registered) -> bool:
        return client.client_id == self.given.client_id

    def is_expired(self) -> bool:
        return not self.given.active

    def is_revoked(self) -> bool:
        return not self.given.active
