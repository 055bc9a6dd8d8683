"""Health, readiness, metrics and documents."""

from tests.gateway.conftest import Api


async def test_liveness_asks_nobody(api: Api) -> None:
    answer = await api.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_readiness_names_each_dependency(api: Api) -> None:
    api.parts.feed.heartbeat()
    answer = await api.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "ready": True,
            "dependencies": {"database": True, "sessions": True, "redis": True, "prices": True},
        },
    )


async def test_without_the_database_the_process_is_not_ready(api: Api) -> None:
    await api.parts.reading.close()
    answer = await api.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["dependencies"]["database"] is False


async def test_without_redis_the_process_says_so_and_serves(api: Api) -> None:
    await api.parts.redis.connection_pool.disconnect()
    api.parts.redis.connection_pool.connection_kwargs["path"] = "/nowhere.sock"
    answer = await api.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["dependencies"]["redis"] is False


async def test_requests_are_counted_by_route_template(api: Api) -> None:
    await api.get(f"/v1/accounts/{api.account()}")
    await api.client.get("/v1/nothing/at/all")
    value = api.parts.metrics.registry.get_sample_value
    name = "tradewind_http_requests_total"
    labels = {"route": "/v1/accounts/{account_id}", "method": "GET", "status": "200"}
    assert value(name, labels) == 1
    assert value(name, {"route": "unrouted", "method": "GET", "status": "404"}) == 1


async def test_metrics_are_not_on_the_public_port(api: Api) -> None:
    assert "tradewind_http" not in (await api.client.get("/metrics")).text


async def test_the_document_is_openapi_3_1_and_can_be_read_by_people(api: Api) -> None:
    document = (await api.client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    page = await api.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    for path in document["paths"]:
        assert path in page.text
