"""Access tokens: JWT signed with Ed25519 (RFC 8037, RFC 9864), typ `at+jwt` (RFC 9068).

All our tokens have one and the same header, so a token is compared with it before anything in it
is decoded: `alg`, `kid` and every other header attack ends there.
"""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from tradewind.core.errors import UnauthenticatedError
from tradewind.core.ids import UserId
from tradewind.services.identity.model import ACCESS_LIFETIME, AccessClaims, Audience, Role

ALGORITHM: Final = "Ed25519"
ISSUER: Final = "tradewind"
_TOKEN_CHARS_MAX: Final = 2048
#: How far the clocks of two of our hosts may differ.
_LEEWAY: Final = timedelta(seconds=2)


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The claims, each of exactly this type: no floats, no texts for times."""

    iss: str
    aud: str
    sub: UUID
    sid: UUID
    roles: frozenset[Role]
    iat: int
    nbf: int
    exp: int
    jti: UUID


_DECODER: Final = msgspec.json.Decoder(_Payload)
_ENCODER: Final = msgspec.json.Encoder()


class AccessTokens:
    """Signs and checks access tokens of one environment."""

    def __init__(self, private_key_pem: str, environment: str) -> None:
        """Take the signing key (PKCS 8 PEM); the public half is derived."""
        self._key = OKPKey.import_key(private_key_pem)
        self._protected = {"alg": ALGORITHM, "typ": "at+jwt", "kid": self._key.thumbprint()}
        self._header = self.sign(b"").partition(".")[0]
        self._audiences = {f"{each}:{environment}": each for each in Audience}
        self._names = {each: name for name, each in self._audiences.items()}

    def issue(self, claims: AccessClaims, token_id: UUID, now: datetime) -> str:
        """Sign `claims`; `now` becomes iat and nbf."""
        issued_at = int(now.timestamp())
        payload = _Payload(
            iss=ISSUER,
            aud=self._names[claims.audience],
            sub=claims.user_id,
            sid=claims.session_id,
            roles=claims.roles,
            iat=issued_at,
            nbf=issued_at,
            exp=int(claims.expires_at.timestamp()),
            jti=token_id,
        )
        return self.sign(_ENCODER.encode(payload))

    def sign(self, payload: bytes) -> str:
        """Sign any payload under our header."""
        return jws.serialize_compact(self._protected, payload, self._key, algorithms=[ALGORITHM])

    def verify(self, token: str, now: datetime) -> AccessClaims:
        """Return what the token vouches for; UnauthenticatedError for any flaw."""
        claims = self._decoded(token)
        if claims is None:
            raise invalid_token()
        audience = self._audiences.get(claims.aud)
        issued_at, expires_at = _time(claims.iat), _time(claims.exp)
        if issued_at is None or expires_at is None or audience is None or claims.iss != ISSUER:
            raise invalid_token()
        if claims.nbf != claims.iat or issued_at > now + _LEEWAY:
            raise invalid_token()
        if expires_at - issued_at > ACCESS_LIFETIME:
            raise invalid_token()
        if expires_at <= now:
            raise UnauthenticatedError("token_expired", "The access token has expired.")
        return AccessClaims(
            user_id=UserId(claims.sub),
            session_id=claims.sid,
            audience=audience,
            roles=claims.roles,
            expires_at=expires_at,
        )

    def _decoded(self, token: str) -> _Payload | None:
        segments = token.split(".")
        if len(token) > _TOKEN_CHARS_MAX or len(segments) != 3 or segments[0] != self._header:  # noqa: PLR2004
            return None
        if not all(map(_is_canonical, segments)):
            return None
        try:
            signed = jws.deserialize_compact(token, self._key, algorithms=[ALGORITHM])
            return _DECODER.decode(signed.payload)
        except (JoseError, ValueError):
            return None


def invalid_token() -> UnauthenticatedError:
    """One text for every flaw: which one it was is nobody's business."""
    return UnauthenticatedError("invalid_token", "The access token is not valid.")


def _time(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _is_canonical(segment: str) -> bool:
    """Tell whether a segment is the one spelling of its bytes; spare bits could be flipped."""
    try:
        padded = segment.encode("ascii") + b"=" * (-len(segment) % 4)
        return _base64url(base64.b64decode(padded, altchars=b"-_", validate=True)) == segment
    except (UnicodeEncodeError, binascii.Error):
        return False
