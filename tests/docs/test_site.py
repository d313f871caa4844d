"""The documentation builds strictly as a site, every link leads somewhere, and no other server is asked."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from chatkit_link.search.blocks import markdown_blocks

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PARTS = ("Tutorial", "How-to", "Reference", "Explanation")
#: What a browser loads by itself. A link (<a href>) is followed by a person only.
LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "video": "src"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def pages(site: Path) -> Iterator[tuple[Path, LexborHTMLParser]]:
    for file in sorted(site.rglob("*.html")):
        if file.name != "404.html":  # its links are absolute: it is served at any address
            yield file, LexborHTMLParser(file.read_bytes())


def test_every_link_of_the_site_leads_to_a_page_and_its_heading(site: Path) -> None:
    parsed = dict(pages(site))
    ids = {file: {node.attributes["id"] for node in tree.css("[id]")} for file, tree in parsed.items()}
    broken: list[str] = []
    for file, tree in parsed.items():
        for target in (str(node.attributes["href"]) for node in tree.css("a[href]")):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            leads = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            leads = leads / "index.html" if leads.is_dir() else leads
            anchor = unquote(parts.fragment)
            if not leads.is_file() or (anchor and anchor not in ids.get(leads, set())):
                broken.append(f"{file.relative_to(site)}: {target}")
    assert broken == []
    assert len(parsed) > 30


def test_a_browser_loads_nothing_from_another_server(site: Path) -> None:
    loaded = {
        str(node.attributes.get(attribute, ""))
        for _, tree in pages(site)
        for tag, attribute in LOADED.items()
        for node in tree.css(tag)
        if not (tag == "link" and node.attributes.get("rel") in {"canonical", "next", "prev"})
    }
    assert [address for address in loaded if urlsplit(address).netloc] == []
    # The theme would load its library of diagrams from a CDN.
    assert [file.name for file, tree in pages(site) if tree.css(".mermaid")] == []
    styles = [file.read_text(encoding="utf-8") for file in site.rglob("*.css")]
    assert [text for text in styles if re.search(r"(url\(|@import )[\"']?(https?:)?//", text)] == []


def test_headings_have_the_same_anchors_on_the_site_and_on_the_server(site: Path) -> None:
    """A link from one page to a heading of another works in all three places: GitHub, the site and /documents."""
    for source in sorted(DOCS.rglob("*.md")):
        name = source.relative_to(DOCS).with_suffix("")
        folder = name.parent if name.name in {"index", "README"} else name
        tree = LexborHTMLParser((site / folder / "index.html").read_bytes())
        made = [node.attributes["id"] for node in tree.css("article :is(h1, h2, h3, h4)[id]")]
        blocks = markdown_blocks(source.read_text(encoding="utf-8"))
        assert made == [block.anchor for block in blocks if 0 < block.level < 5], name


def test_the_site_has_its_four_parts_and_can_be_searched(site: Path) -> None:
    home = LexborHTMLParser((site / "index.html").read_bytes())
    tabs = [node.text(strip=True) for node in home.css(".md-tabs__link")]
    assert tabs == ["Home", *PARTS, "Glossary", "Contributing", "Decisions"]
    index = (site / "search" / "search_index.json").read_text(encoding="utf-8")
    assert all(f"{part.lower()}/" in index for part in PARTS)


def test_the_site_is_light_and_dark(site: Path) -> None:
    home = LexborHTMLParser((site / "index.html").read_bytes())
    schemes = [node.attributes["data-md-color-scheme"] for node in home.css("input[data-md-color-scheme]")]
    assert schemes == ["default", "slate"]
