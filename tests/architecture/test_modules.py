"""What the import graph must show beyond the layers that import-linter checks."""

import sys
from functools import cache

import grimp

#: Started by name, so nobody imports them.
ENTRY_POINTS = ("tradewind.processes.", "tradewind.cli.main")
#: Arithmetic that is built and tested before what will use it (docs/domain/swaps.md, margin.md).
NOT_YET_RUN = {
    "tradewind.core.corporate_actions",
    "tradewind.core.distances_to_stop_out",
    "tradewind.core.swaps",
}


@cache
def import_graph() -> grimp.ImportGraph:
    return grimp.build_graph("tradewind", include_external_packages=True, cache_dir=None)


def own_modules() -> list[str]:
    return sorted(name for name in import_graph().modules if name.startswith("tradewind."))


def test_core_imports_the_standard_library_and_itself_alone() -> None:
    graph = import_graph()
    foreign = {
        (module, imported)
        for module in own_modules()
        if module.startswith("tradewind.core")
        for imported in graph.find_modules_directly_imported_by(module)
        if not imported.startswith("tradewind.core") and imported not in sys.stdlib_module_names
    }
    assert not foreign, sorted(foreign)


def test_a_store_is_imported_by_its_own_service_alone() -> None:
    graph = import_graph()
    strangers = {
        (importer, store)
        for store in own_modules()
        if store.startswith("tradewind.services.") and store.split(".")[3:4] == ["store"]
        for importer in graph.find_modules_that_directly_import(store)
        if not importer.startswith(store.partition(".store")[0] + ".")
    }
    assert not strangers, sorted(strangers)


def test_every_module_is_imported_by_another_or_is_an_entry_point() -> None:
    graph = import_graph()
    dead = [
        module
        for module in own_modules()
        if not module.startswith(ENTRY_POINTS)
        and module not in NOT_YET_RUN
        and not graph.find_children(module)
        and not graph.find_modules_that_directly_import(module)
        and not is_empty_package(module)
    ]
    assert not dead, "\n".join(dead)


def is_empty_package(module: str) -> bool:
    """A layer's folder that holds nothing yet: `tradewind.<layer>`."""
    return module.count(".") == 1
