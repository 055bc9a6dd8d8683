"""What the web client is generated from: the API's own document, and its types in TypeScript."""

import json
import subprocess
from pathlib import Path
from typing import Final

from tradewind.infra.local.binaries import node_folder
from tradewind.processes.api import openapi_document

ROOT: Final = Path(__file__).parents[1]
WEB: Final = ROOT / "clients" / "web"
GENERATOR: Final = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"


def document() -> str:
    """Return the OpenAPI document; no server is started for it."""
    return json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"


def types() -> str:
    """Return the document's types as the web client's own generator writes them."""
    subprocess.run((ROOT / "tools" / "web-packages.sh",), check=True)
    node = node_folder() / "bin" / "node"
    # A field with a default is still one that a client may leave out.
    command = (node, GENERATOR, "--default-non-nullable", "false")
    generated = subprocess.run(
        command, cwd=WEB, input=document(), text=True, stdout=subprocess.PIPE, check=True
    )
    return generated.stdout
