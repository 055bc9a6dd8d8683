"""Access tokens that must not be taken."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwe, jws
from joserfc.jwk import OctKey, OKPKey, RSAKey

from tests.gateway.conftest import Api
from tradewind.infra.secrets import read_secret


def encoded(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    header, payload, signature = token.split(".")
    return (
        json.loads(base64.urlsafe_b64decode(header + "==")),
        json.loads(base64.urlsafe_b64decode(payload + "==")),
        signature,
    )


async def good_token(api: Api, name: str = "client1") -> str:
    return (await api.as_user(name))["authorization"].removeprefix("Bearer ")


async def refused(api: Api, token: str) -> None:
    """Refused on reading and on writing; and nothing was changed."""
    headers = {"authorization": f"Bearer {token}", "idempotency-key": "attack"}
    path = f"/v1/accounts/{api.account()}/orders"
    body = {"symbol": "EURUSD", "side": "buy", "quantity": "1000", "type": "market"}
    for answer in (
        await api.client.get("/v1/accounts", headers=headers),
        await api.client.post(path, headers=headers, json=body),
        await api.client.post("/v1/auth/logout", headers=headers),
    ):
        assert answer.status_code == 401, (token, answer.text)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert token not in answer.text
    assert (await api.get(path))["items"] == []
    assert (await api.get(f"/v1/accounts/{api.account()}"))["last_event"] == 2


def signed(api: Api, header: dict[str, Any], payload: Any) -> str:
    """Sign with the real key: only what the token says is wrong."""
    key = OKPKey.import_key(read_secret(api.settings.secrets_dir, "jwt_ed25519"))
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return jws.serialize_compact(header, text, key, algorithms=[header["alg"]])


async def test_no_algorithm_but_ours_is_taken(api: Api) -> None:
    header, payload, signature = parts(await good_token(api))
    for name in ("none", "None", "nOnE", "NONE", ""):
        for end in ("", signature):
            await refused(api, f"{encoded({**header, 'alg': name})}.{encoded(payload)}.{end}")
    await refused(api, signed(api, {**header, "alg": "EdDSA"}, payload))


async def test_the_public_key_is_no_shared_secret(api: Api) -> None:
    header, payload, _ = parts(await good_token(api))
    key = OKPKey.import_key(read_secret(api.settings.secrets_dir, "jwt_ed25519"))
    pem = key.as_pem(private=False)
    raw = base64.urlsafe_b64decode(str(key.as_dict(private=False)["x"]) + "==")
    for secret in (pem, pem.strip(), raw, b""):
        start = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(payload)}"
        mark = hmac.digest(secret, start.encode(), hashlib.sha256)
        await refused(api, f"{start}.{encoded(mark)}")
    rsa = RSAKey.generate_key(2048)
    await refused(
        api,
        jws.serialize_compact(
            {**header, "alg": "RS256"}, json.dumps(payload).encode(), rsa, algorithms=["RS256"]
        ),
    )


async def test_an_encrypted_token_is_not_opened(api: Api) -> None:
    _, payload, _ = parts(await good_token(api))
    key = OKPKey.import_key(read_secret(api.settings.secrets_dir, "jwt_ed25519"))
    public = base64.urlsafe_b64decode(str(key.as_dict(private=False)["x"]) + "==")
    text = json.dumps(payload).encode()
    for secret in (public, b"\0" * 32):
        for kind in ({"typ": "at+jwt"}, {"typ": "at+jwt", "zip": "DEF"}):
            header = {"alg": "dir", "enc": "A256GCM", **kind}
            await refused(api, jwe.encrypt_compact(header, text, OctKey.import_key(secret)))


@pytest.mark.parametrize(
    "extra",
    [
        {"kid": "../../dev/null"},
        {"kid": "' OR 1=1 --"},
        {"kid": "http://127.0.0.1:9/key"},
        {"kid": "k" * 10_000},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA"}},
        {"typ": "JWT"},
        {"typ": "id+jwt"},
    ],
    ids=str,
)
async def test_a_header_that_is_not_exactly_ours_is_not_looked_into(
    api: Api, extra: dict[str, Any]
) -> None:
    header, payload, _ = parts(await good_token(api))
    await refused(api, signed(api, {**header, **extra}, payload))


async def test_a_key_of_somebody_else_signs_nothing(api: Api) -> None:
    header, payload, _ = parts(await good_token(api))
    key = OKPKey.generate_key("Ed25519")
    text = json.dumps(payload).encode()
    await refused(api, jws.serialize_compact(header, text, key, algorithms=["Ed25519"]))


async def test_times_must_be_ours_and_whole_numbers(api: Api) -> None:
    header, payload, _ = parts(await good_token(api))
    now = int(time.time())
    changes: tuple[dict[str, object], ...] = (
        {"exp": now - 1},
        {"iat": now - 1000, "nbf": now - 1000, "exp": now - 100},
        {"nbf": now + 60},
        {"iat": now + 60, "nbf": now + 60, "exp": now + 120},
        {"exp": 253402300799},
        {"exp": 10**30},
        {"exp": now + 86_400},
        {"exp": float(now + 60)},
        {"exp": str(now + 60)},
        {"exp": True},
        {"exp": None},
        {"iat": str(now)},
        {"nbf": float(now)},
        {"exp": -1},
    )
    for change in changes:
        await refused(api, signed(api, header, {**payload, **change}))
    for missing in payload:
        without = {name: value for name, value in payload.items() if name != missing}
        await refused(api, signed(api, header, without))


async def test_issuer_audience_and_environment_must_be_ours(api: Api) -> None:
    header, payload, _ = parts(await good_token(api))
    assert payload["aud"] == "client:demo"
    for change in (
        {"iss": "somebody"},
        {"aud": "client:live"},
        {"aud": "client"},
        {"aud": ["client:demo"]},
        {"aud": "staff:demo"},
        {"sub": "00000000-0000-7000-8000-000000000000"},
        {"sid": "00000000-0000-7000-8000-000000000000"},
        {"roles": ["client", "admin"]},
        {"roles": ["emperor"]},
        {"extra": 1},
    ):
        await refused(api, signed(api, header, {**payload, **change}))
    await refused(api, signed(api, header, b"[]"))
    await refused(api, signed(api, header, b"not json"))


async def test_a_refresh_token_or_a_staff_token_is_no_access_token(api: Api) -> None:
    pair = (await api.log_in("client1")).json()
    await refused(api, pair["refresh_token"])
    staff = await good_token(api, "admin")
    answer = await api.client.get("/v1/accounts", headers={"authorization": f"Bearer {staff}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_audience")


async def test_a_token_has_one_spelling(api: Api) -> None:
    token = await good_token(api)
    header, payload, signature = token.split(".")
    await refused(api, f"{header}.{payload}")
    await refused(api, f"{header}.{payload}.")
    await refused(api, f"{token}.{signature}")
    await refused(api, f"{header}.{payload}.{signature}.{header}.{payload}")
    await refused(api, token + "=")
    await refused(api, token[:-1])
    # The last character has spare bits that do not change the signature's bytes.
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for letter in last:
        if letter != token[-1]:
            changed = await api.client.get(
                "/v1/accounts", headers={"authorization": f"Bearer {token[:-1]}{letter}"}
            )
            assert changed.status_code == 401
    for place in range(0, len(token), 37):
        flipped = "A" if token[place] != "A" else "B"
        await refused(api, token[:place] + flipped + token[place + 1 :])


async def test_a_header_without_one_bearer_token_is_refused(api: Api) -> None:
    token = await good_token(api)
    none: list[tuple[str, str]] = []
    for headers in (
        none,
        [("authorization", "")],
        [("authorization", "Bearer")],
        [("authorization", "Bearer ")],
        [("authorization", f"Basic {token}")],
        [("authorization", token)],
        [("authorization", f"Bearer {token}"), ("authorization", f"Bearer {token}")],
        [("cookie", f"access_token={token}")],
        [("authorization", "Bearer \xff\xfe")],
    ):
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
        answer = await api.client.get("/v1/me", headers=raw)
        assert answer.status_code == 401, headers
    answer = await api.client.get(f"/v1/me?access_token={token}")
    assert answer.status_code == 401


async def test_a_token_ends_with_its_time_also_when_it_was_seen_before(api: Api) -> None:
    headers = await api.as_user("client1")
    assert (await api.client.get("/v1/me", headers=headers)).status_code == 200
    api.clock.ahead = timedelta(minutes=15)
    answer = await api.client.get("/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
