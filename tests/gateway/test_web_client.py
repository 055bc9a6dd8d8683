"""The web client's files behind the API."""

import gzip
from pathlib import Path

import pytest

from tests.gateway.conftest import Api


@pytest.fixture
def built(api: Api) -> Path:
    """A build, with a neighbour that must not be served."""
    folder = api.settings_of_gateway.web_dir
    assert folder is not None
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Terminal</title>", "utf-8")
    (folder / "assets" / "main-abc123.js").write_text("console.log(1)\n" * 100, "utf-8")
    (folder.parent / "secret.txt").write_text("secret", "utf-8")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    return folder


async def test_until_the_build_is_there_a_page_says_so(api: Api) -> None:
    answer = await api.client.get("/")
    assert answer.status_code == 200
    assert "being built" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


async def test_the_page_is_served_for_every_path_of_the_client(api: Api, built: Path) -> None:
    for path in ("/", "/login", "/accounts/1/chart", "/index.html"):
        answer = await api.client.get(path)
        assert answer.status_code == 200
        assert "Terminal" in answer.text
        assert answer.headers["cache-control"] == "no-cache"


async def test_a_new_build_is_served_at_once(api: Api, built: Path) -> None:
    first = await api.client.get("/")
    (built / "index.html").write_text("<!doctype html><title>Second build</title>", "utf-8")
    second = await api.client.get("/")
    assert "Second build" in second.text
    assert first.headers["etag"] != second.headers["etag"]


async def test_assets_are_cached_for_ever_and_compressed(api: Api, built: Path) -> None:
    answer = await api.client.get("/assets/main-abc123.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("application/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text == "console.log(1)\n" * 100
    plain = await api.client.get("/assets/main-abc123.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert len(gzip.compress(plain.content)) < len(plain.content)
    again = await api.client.get("/", headers={"if-none-match": "nothing"})
    same = await api.client.get("/", headers={"if-none-match": again.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


async def test_a_file_that_is_not_there_is_not_found(api: Api, built: Path) -> None:
    for path in ("/assets/old-000.js", "/favicon.ico", "/.env"):
        assert (await api.client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "//etc/passwd",
        "/%00",
        "/link.txt",
        "/a%00.txt",
    ],
)
async def test_nothing_outside_the_folder_is_served(api: Api, built: Path, path: str) -> None:
    answer = await api.client.get(path)
    assert answer.status_code in {200, 404}
    assert "secret" not in answer.text
    assert "root:" not in answer.text


async def test_pages_may_talk_to_us_and_the_stream_alone(api: Api, built: Path) -> None:
    answer = await api.client.get("/", headers={"host": "trade.example:8000"})
    policy = answer.headers["content-security-policy"]
    assert "connect-src 'self' ws://trade.example:8001;" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("host", ["evil; script-src *", "a b", "", "[::1", "x" * 300])
async def test_a_strange_host_changes_no_policy(api: Api, host: str) -> None:
    answer = await api.client.get("/", headers={"host": host})
    policy = answer.headers["content-security-policy"]
    assert "connect-src 'self' ws://127.0.0.1:8001;" in policy
    assert (await api.client.get("/v1/config", headers={"host": host})).json() == {
        "stream_url": "ws://127.0.0.1:8001/v1/stream",
        "version": "test",
        "environment": "demo",
    }


async def test_only_reading_is_possible(api: Api, built: Path) -> None:
    answer = await api.client.post("/login")
    assert answer.status_code == 405
    assert (await api.client.head("/")).status_code == 200
