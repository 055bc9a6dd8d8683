"""The documentation and the code point at each other; neither may point at nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
CITATION = re.compile(r"\bdocs/[\w/-]+\.md(?:#[\w-]+)?")
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)\s]+)\)")
#: Supplied with a release, not with a commit.
NOT_YET = {"docs/images/terminal.png"}


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def leads_somewhere(page: Path, target: str) -> bool:
    """Resolve a link as it stands on a page."""
    name, _, anchor = target.partition("#")
    found = (page.parent / name).resolve() if name else page
    if not found.exists():
        return str(found.relative_to(ROOT)) in NOT_YET
    return not anchor or anchor in anchors(found)


def citations() -> Iterator[tuple[str, str]]:
    for suffix in ("py", "sql"):
        for path in sorted((ROOT / "src").rglob(f"*.{suffix}")):
            for target in CITATION.findall(path.read_text("utf-8")):
                yield str(path.relative_to(ROOT)), target


def test_every_page_that_the_code_cites_exists() -> None:
    dangling = [
        f"{path}: {target}" for path, target in citations() if not leads_somewhere(README, target)
    ]
    assert not dangling, "\n".join(dangling)


def test_every_link_between_pages_leads_somewhere() -> None:
    dangling = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages()
        for target in LINK.findall(page.read_text("utf-8"))
        if not leads_somewhere(page, target)
    ]
    assert not dangling, "\n".join(dangling)


def test_every_rule_of_the_domain_is_cited_by_code() -> None:
    cited = {target.partition("#")[0] for _, target in citations()}
    rules = {str(page.relative_to(ROOT)) for page in ROOT.glob("docs/domain/*.md")}
    assert not rules - cited, sorted(rules - cited)
