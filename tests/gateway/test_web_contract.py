"""The web client is generated from the document that the API serves."""

import json
from pathlib import Path

from tests.gateway.conftest import Api
from tradewind.processes.api import openapi_document

KEPT = Path(__file__).parents[2] / "clients" / "web" / "openapi.json"


async def test_the_document_made_without_servers_is_the_one_that_is_served(api: Api) -> None:
    served = (await api.client.get("/openapi.json")).json()
    made = json.loads(json.dumps(openapi_document()))
    assert served["info"].pop("version") == api.settings_of_gateway.version
    assert made["info"].pop("version")
    assert made == served


def test_the_web_client_keeps_the_document_of_this_api() -> None:
    assert json.loads(KEPT.read_text("utf-8")) == json.loads(json.dumps(openapi_document()))
