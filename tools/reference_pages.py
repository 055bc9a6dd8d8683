"""The generated pages of docs/reference, each read off the code it documents."""

import ast
import dataclasses
import enum
import importlib
import importlib.util
import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final, get_args

import click
import grimp

SOURCE: Final = Path(__file__).parents[1] / "src"
SETTINGS: Final = (
    ("tradewind.infra.settings", "Settings", "Every process"),
    ("tradewind.infra.local.configuration", "LocalConfiguration", "The embedded installation"),
)
REASONS: Final = re.compile(r"Reason$|^Untradable$")
VARIABLE: Final = re.compile(r"\bTRADEWIND_[A-Z0-9]+(?:_[A-Z0-9]+)*\b")


def order_lifecycle() -> str | None:
    """Draw the transition table of core/orders."""
    lifecycle: Mapping[enum.Enum, frozenset[enum.Enum]] | None = attribute(
        "tradewind.core.orders", "LIFECYCLE"
    )
    if lifecycle is None:
        return None
    states = list(type(next(iter(lifecycle))))
    lines = ["# Order lifecycle", "", "A pair that is not drawn is illegal.", ""]
    lines += ["```mermaid", "stateDiagram-v2", f"    [*] --> {camel(states[0].name)}"]
    for state in states:
        following = lifecycle.get(state, frozenset())
        lines += [
            f"    {camel(state.name)} --> {camel(after.name)}"
            for after in states
            if after in following
        ]
        if not following:
            lines.append(f"    {camel(state.name)} --> [*]")
    return "\n".join([*lines, "```"])


def event_catalogue() -> str | None:
    """List every body of contracts/events with its fields."""
    events = module("tradewind.contracts.events")
    if events is None:
        return None
    lines = ["# Event catalogue", "", "What the event log carries (`tradewind.contracts.events`)."]
    for name, cls in own_classes(events):
        lines += ["", f"## {name}", "", inspect.cleandoc(written_doc(cls)), ""]
        lines += table(("Field", "Type"), fields(cls))
    return "\n".join(lines)


def reject_codes() -> str | None:
    """List every enumeration of core that says why something was refused or ended."""
    found = [
        (module_name(path), node.name)
        for path in sorted((SOURCE / "tradewind" / "core").rglob("*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and REASONS.search(node.name)
    ]
    if not found:
        return None
    lines = [
        "# Reasons",
        "",
        "Stable codes: clients may compare them, texts beside them may change.",
    ]
    for module_path, name in found:
        reasons = attribute(module_path, name)
        lines += ["", f"## {name}", "", inspect.cleandoc(written_doc(reasons)), ""]
        comments = field_comments(module_path, name)
        for reason in reasons:
            meaning = comments.get(reason.name)
            lines.append(f"- `{reason.value}`" + (f": {meaning}" if meaning else ""))
    return "\n".join(lines)


def settings_table() -> str | None:
    """List the fields of the settings classes, then every other variable that the source names."""
    lines, documented = ["# Settings"], set()
    for module_path, name, heading in SETTINGS:
        settings = attribute(module_path, name)
        if settings is None:
            continue
        comments = field_comments(module_path, name)
        rows = []
        for field in dataclasses.fields(settings):
            variable, _, meaning = comments.get(field.name, f"{field.name}: ").partition(":")
            documented.add(variable)
            rows.append((f"`{variable}`", spelled(field.type), meaning.strip()))
        lines += ["", f"## {heading}", "", *table(("Variable", "Type", "Meaning"), rows)]
    others = {name: users for name, users in variables().items() if name not in documented}
    lines += ["", "## Read by single modules", ""]
    lines += table(
        ("Variable", "Named in"),
        ((f"`{name}`", ", ".join(f"`{user}`" for user in others[name])) for name in sorted(others)),
    )
    return "\n".join(lines)


def ports() -> str | None:
    """List what each process listens on, as offsets from TRADEWIND_PORT."""
    specs = attribute("tradewind.infra.local.process_table", "PROCESSES")
    if specs is None:
        return None
    rows = [
        (f"`{spec.name}`", *(" · ".join(offsets) for offsets in listening(spec)))
        for spec in specs
        if spec.ports
    ]
    lines = ["# Ports", "", "Offsets from `TRADEWIND_PORT`; keep installations 20 apart.", ""]
    lines += table(("Process", "Serves", "Metrics, on loopback"), rows)
    note = (
        "The control port of a simulator [breaks it](../how-to/break-an-lp.md); it is on loopback."
    )
    return "\n".join([*lines, "", note])


def listening(spec: Any) -> tuple[list[str], list[str]]:
    """Name a process's ports by the options they are passed with; the last is for metrics."""
    options = dict(zip(spec.arguments[1:], spec.arguments, strict=False))
    *served, metrics = spec.ports
    words = [f"{at} (`{options[at]}`)" if at in options else str(at) for at in served]
    return words, [str(metrics)]


def command_line() -> str | None:
    """List every command with its arguments and options, as `--help` has them."""
    group: click.Group | None = attribute("tradewind.cli.main", "main")
    if group is None:
        return None
    lines = ["# Command line", "", unwrapped(group.help)]
    for name, command in each_command(group):
        lines += ["", f"## tradewind {name}", "", unwrapped(command.help)]
        described = [describe(parameter) for parameter in command.params]
        lines += ["", *described] if described else []
    return "\n".join(lines)


def each_command(group: click.Group) -> Iterator[tuple[str, click.Command]]:
    """Walk through a group, and through the groups in it."""
    for name, command in group.commands.items():
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {below}", each) for below, each in each_command(command))


def describe(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        names = " / ".join([*parameter.opts, *parameter.secondary_opts])
        return f"- `{names}`: {parameter.help}"
    return f"- `{parameter.human_readable_name}`" + ("" if parameter.required else " (optional)")


def unwrapped(text: str | None) -> str:
    paragraphs = inspect.cleandoc(text or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def import_graph() -> str:
    """Draw who imports whom, by layer and by service."""
    graph = grimp.build_graph("tradewind", cache_dir=None)
    edges = {
        (place(importer), place(imported))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if place(importer) != place(imported)
    }
    lines = ["# Import graph", "", "As the code stands, by layer and service.", ""]
    lines += ["```mermaid", "flowchart TD"]
    lines += [f"    {node(importer)} --> {node(imported)}" for importer, imported in sorted(edges)]
    return "\n".join([*lines, "```"])


def place(name: str) -> str:
    """`tradewind.services.oms.store` → `services.oms`; `tradewind.core.money` → `core`."""
    parts = name.split(".")[1:]
    return ".".join(parts[: 2 if parts[:1] in (["services"], ["external"]) else 1]) or "tradewind"


def node(name: str) -> str:
    return f"{name.replace('.', '_')}[{name}]"


def module(name: str) -> ModuleType | None:
    """Import a module, or return None while nobody has written it."""
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return None
    return None if found is None else importlib.import_module(name)


def attribute(module_path: str, name: str) -> Any:
    return getattr(module(module_path), name, None)


def own_classes(owner: ModuleType) -> list[tuple[str, type]]:
    """Return the classes a module defines, in the order of its text."""
    return [
        (name, cls)
        for name, cls in vars(owner).items()
        if inspect.isclass(cls) and cls.__module__ == owner.__name__
    ]


def written_doc(cls: type) -> str:
    """Return the docstring somebody wrote, not the one that dataclass or Enum made up."""
    text = cls.__dict__.get("__doc__") or ""
    return "" if text.startswith(f"{cls.__name__}(") else text


def fields(cls: type) -> list[tuple[str, str]]:
    return [(f"`{name}`", spelled(kind)) for name, kind in inspect.get_annotations(cls).items()]


def spelled(kind: Any) -> str:
    """Write a type as the source does, without the modules."""
    if isinstance(kind, str):
        return f"`{kind}`"
    text = getattr(kind, "__name__", str(kind)) if not get_args(kind) else str(kind)
    text = re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Za-z])", "", text)
    return f"`{text}`".replace("|", "\\|")


def field_comments(module_path: str, class_name: str) -> dict[str, str]:
    """Collect the `#:` lines above each field of a class."""
    source = SOURCE.joinpath(*module_path.split(".")).with_suffix(".py").read_text("utf-8")
    lines = source.splitlines()
    comments: dict[str, str] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name == class_name:
            for field in node.body:
                name = assigned_name(field)
                if name is not None:
                    comments[name] = " ".join(reversed(list(comment_above(lines, field.lineno))))
    return comments


def assigned_name(node: ast.stmt) -> str | None:
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else None


def comment_above(lines: list[str], line_number: int) -> Iterator[str]:
    for line in reversed(lines[: line_number - 1]):
        if not line.strip().startswith("#:"):
            return
        yield line.strip().removeprefix("#:").strip()


def variables() -> dict[str, list[str]]:
    """Map every TRADEWIND_* name in the source to the modules that name it."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    for path in (SOURCE / "tradewind").rglob("*.py"):
        for name in VARIABLE.findall(path.read_text("utf-8")):
            users[name].add(module_name(path).removeprefix("tradewind."))
    return {name: sorted(modules) for name, modules in users.items()}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def table(header: tuple[str, ...], rows: Any) -> list[str]:
    rule = "| " + " | ".join("---" for _ in header) + " |"
    return [row_line(header), rule, *(row_line(row) for row in rows)]


def row_line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


PAGES: Final[Mapping[str, Callable[[], str | None]]] = {
    "order-lifecycle.md": order_lifecycle,
    "events.md": event_catalogue,
    "reasons.md": reject_codes,
    "cli.md": command_line,
    "settings.md": settings_table,
    "ports.md": ports,
    "import-graph.md": import_graph,
}
