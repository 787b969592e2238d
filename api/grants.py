"""The grants of OAuth 2.1 and OpenID Connect: Authlib's, over rows that were loaded before.

Authlib's core is synchronous, so it sees no database. An endpoint (oauth.py) loads what the request names
(credentials.py), lets `Grants` decide, and writes the decision with one statement that fails if somebody else was
faster. What Authlib leaves open or has by default is closed here: PKCE with S256 for every client, tokens of ten
minutes, exact redirect addresses.
"""

# The types of Authlib that the checker has are of an older version.
# pyright: reportIncompatibleMethodOverride=false, reportIncompatibleVariableOverride=false
# pyright: reportGeneralTypeIssues=false, reportCallIssue=false

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from api.credentials import CodeRow, GivenToken, Loaded, Registered, SessionRow, User
from tenants.access import PERMISSIONS
from tenants.clients import IDENTITY
from tenants.sessions import Person, code_hash
from tenants.signing import ALGORITHM, LEEWAY

LIFE = 600  # seconds of an access token
ASSERTION_LIFE = 3600  # seconds that a client's assertion may be good for; Authlib's client makes them so long
PROOFS = ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]
OWN_PROOFS = PROOFS[1:]
ASSERTION_ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"]
SCOPES = sorted({*IDENTITY, *PERMISSIONS})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Mapping[str, Any] | str
    headers: Mapping[str, str]

    @property
    def error(self) -> str | None:
        return self.body.get("error") if isinstance(self.body, Mapping) else None


class Challenge(CodeChallenge):
    """PKCE for every client, and S256 alone: OAuth 2.1."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]
    CODE_CHALLENGE_METHODS = {"S256": CodeChallenge.CODE_CHALLENGE_METHODS["S256"]}

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if not asked.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge'")
        if asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("'code_challenge_method' must be S256")
        super().validate_code_challenge(grant, redirect_uri)


class IdToken(OpenIDCode):
    def __init__(self, loaded: Loaded) -> None:
        super().__init__()
        self.loaded = loaded

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return False  # a code is spent once; whether the nonce is its own, the client alone can tell

    def resolve_client_private_key(self, client: Registered) -> ECKey:
        return self.loaded.key

    def get_client_algorithm(self, client: Registered) -> str:
        return ALGORITHM

    def get_encode_header(self, client: Registered) -> dict[str, Any]:
        return {"alg": ALGORITHM, "kid": self.loaded.key.kid}

    def get_client_claims(self, client: Registered) -> dict[str, Any]:
        exp = int(datetime.now(UTC).timestamp()) + LIFE
        return {"iss": self.loaded.issuer, "aud": [client.client_id], "exp": exp}

    def generate_user_info(self, user: User, scope: str) -> UserInfo:
        return UserInfo(user_info(user.person, scope))


def user_info(person: Person, scope: str) -> dict[str, Any]:
    asked = scope.split()
    info: dict[str, Any] = {"sub": str(person.account_id)}
    if "profile" in asked:
        info |= {"name": person.name, "locale": person.locale}
    if "email" in asked:
        info |= {"email": person.email}
    return info


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = PROOFS
    server: "Grants"

    def generate_authorization_code(self) -> str:
        return secrets.token_urlsafe(32)

    def save_authorization_code(self, code: str, request: Any) -> None:
        asked = request.payload
        self.server.loaded.new_code = {
            "code": code,
            "client_id": request.client.client_id,
            "redirect_uri": asked.redirect_uri,
            "scope": request.scope,
            "nonce": asked.data.get("nonce"),
            "code_challenge": asked.data["code_challenge"],
        }

    def query_authorization_code(self, code: str, client: Registered) -> CodeRow | None:
        row = self.server.loaded.code
        if row is None or row.client_id != client.client_id or row.session_id or row.expires_at < datetime.now(UTC):
            return None
        return CodeRow(row)

    def authenticate_user(self, authorization_code: CodeRow) -> User:
        return User(authorization_code.row.person)

    def delete_authorization_code(self, authorization_code: CodeRow) -> None:
        """Spent by the write that begins the session."""


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = PROOFS
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: "Grants"

    def authenticate_refresh_token(self, refresh_token: str) -> SessionRow | None:
        session = self.server.loaded.session
        return SessionRow(session) if session and self.server.loaded.next_refresh_token else None

    def authenticate_user(self, refresh_token: SessionRow) -> User:
        return User(refresh_token.row.person)

    def revoke_old_credential(self, refresh_token: SessionRow) -> None:
        """Made old by the write that moves the session to the next token."""


class OwnGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = OWN_PROOFS


class AccessToken(JWTBearerTokenGenerator):
    """RFC 9068; for one company and one membership."""

    def __init__(self, loaded: Loaded) -> None:
        super().__init__(loaded.issuer, ALGORITHM, lambda **_: loaded.next_refresh_token, lambda *_: LIFE)
        self.loaded = loaded

    def get_jwks(self) -> KeySet:
        return KeySet([self.loaded.key])

    def get_audiences(self, client: Registered, user: User | None, scope: str) -> str:
        return self.loaded.issuer

    def get_extra_claims(self, client: Registered, grant_type: str, user: User | None, scope: str) -> dict[str, Any]:
        of = self.loaded.code or self.loaded.session or client.row
        claims = {"tenant": str(of.company_id), "membership": str(of.membership_id)}
        return claims | ({"sid": str(self.loaded.session_id)} if user else {})


class Assertion(JWTBearerClientAssertion):
    """private_key_jwt: short-lived, for us, used once."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, loaded: Loaded) -> None:
        super().__init__()
        self.loaded = loaded

    def get_audiences(self) -> list[str]:
        return [self.loaded.issuer, f"{self.loaded.issuer}/oauth/token"]

    def resolve_client_public_key(self, client: Registered) -> KeySet:
        if not client.row.jwks:
            raise InvalidClientError
        return KeySet.import_key_set(dict(client.row.jwks))  # pyright: ignore[reportArgumentType]

    def process_assertion_claims(self, assertion: str, resolve_key: Any) -> Any:
        try:
            token = jwt.decode(assertion, resolve_key, algorithms=ASSERTION_ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise InvalidClientError from error
        self.verify_claims(token.claims)  # pyright: ignore[reportAttributeAccessIssue]
        return token.claims

    def validate_jti(self, claims: Any, jti: str) -> bool:
        left = claims["exp"] - datetime.now(UTC).timestamp()
        if left > ASSERTION_LIFE + LEEWAY or self.loaded.assertion_spent:
            return False
        self.loaded.assertion = assertion_id(claims["sub"], jti), datetime.fromtimestamp(claims["exp"] + LEEWAY, UTC)
        return True


def assertion_id(client_id: str, jti: Any) -> str:
    return code_hash(f"{client_id} {jti}").hex()


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = PROOFS
    server: "Grants"

    def query_token(self, token_string: str, token_type_hint: str | None) -> GivenToken | None:
        return GivenToken(self.server.loaded.given) if self.server.loaded.given else None

    def revoke_token(self, token: GivenToken, request: OAuth2Request) -> None:
        self.server.loaded.revoked = token.given


class Introspection(IntrospectionEndpoint):
    CLIENT_AUTH_METHODS = OWN_PROOFS
    server: "Grants"

    def query_token(self, token_string: str, token_type_hint: str | None) -> GivenToken | None:
        return GivenToken(self.server.loaded.given) if self.server.loaded.given else None

    def check_permission(self, token: GivenToken, client: Registered, request: OAuth2Request) -> bool:
        return token.check_client(client)

    def introspect_token(self, token: GivenToken) -> dict[str, Any]:
        return dict(token.given.claims)


class Request(OAuth2Request):
    """A request as Authlib reads it. Its address is the public one, whatever proxy is in front of us."""

    def __init__(
        self, method: str, uri: str, parameters: Sequence[tuple[str, str]], authorization: str | None = None
    ) -> None:
        super().__init__(method, uri, headers={"Authorization": authorization} if authorization else {})
        self.payload = Payload(parameters)
        self.parameters = dict(parameters)

    @property
    def form(self) -> dict[str, str]:
        return self.parameters


class Payload(BasicOAuth2Payload):
    def __init__(self, parameters: Sequence[tuple[str, str]]) -> None:
        super().__init__(dict(parameters))
        self._datalist = {name: [v for n, v in parameters if n == name] for name, _ in parameters}


class Grants(AuthorizationServer):
    """The authorization server for one request."""

    def __init__(self, loaded: Loaded) -> None:
        super().__init__(scopes_supported=SCOPES)
        self.loaded = loaded
        self.register_client_auth_method("private_key_jwt", Assertion(loaded))
        self.register_token_generator("default", AccessToken(loaded))
        self.register_grant(CodeGrant, [Challenge(), IdToken(loaded)])
        self.register_grant(RefreshGrant)
        self.register_grant(OwnGrant)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)

    def token(self, request: Request) -> Answer:
        return self.told(self.create_token_response(request))

    def about_token(self, endpoint: str, request: Request) -> Answer:
        return self.told(self.create_endpoint_response(endpoint, request))

    def authorization(self, request: Request, user: Any, grant: Any) -> Answer:
        return self.told(self.create_authorization_response(request, user, grant))

    @staticmethod
    def told(answer: Any) -> Answer:
        assert isinstance(answer, Answer)
        return answer

    def query_client(self, client_id: str) -> Registered | None:
        client = self.loaded.client
        return client if client and client.client_id == client_id else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Nothing to save: access tokens speak for themselves, refresh tokens are computed."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        pass

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        headers = dict(headers)
        if location := headers.get("Location"):  # RFC 9207: which server this answer is from
            headers["Location"] = add_params_to_uri(location, [("iss", self.loaded.issuer)])
        return Answer(status, body, headers)

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Answer:
        if isinstance(error, InvalidClientError):  # one answer for what is unknown and what is wrong
            # 401 asks for HTTP Basic, which makes a browser ask its user: only for who has tried that
            status = 401 if "Authorization" in request.headers else 400
            error = InvalidClientError("Client authentication failed.", status_code=status)
        return self.handle_response(*error())
