"""What a page has to load before it shows a chat."""

import gzip
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "chatkit_link" / "static"
LOADED = re.compile(r'(?:src|href)="\./(assets/[^"]+)"')
IMPORTED = re.compile(r'(?:from|import)\s*"\./([^"]+\.js)"')


def weight(*files: Path) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def first_load(page: Path) -> set[Path]:
    """The files that a page loads by itself, and those that they import; what is imported later is not among them."""
    waiting = [page.parent / name for name in LOADED.findall(page.read_text())]
    found: set[Path] = set()
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.add(file)
        if file.suffix == ".js":
            waiting += [file.parent / name for name in IMPORTED.findall(file.read_text())]
    return found


def test_the_script_of_a_host_page_is_under_5_kb(capsys: pytest.CaptureFixture[str]) -> None:
    script = weight(STATIC / "chatkit.js")
    with capsys.disabled():
        print(f"\nchatkit.js: {script:,} bytes gzip")
    assert script < 5_000


def test_the_first_load_of_the_frame_is_under_350_kb(capsys: pytest.CaptureFixture[str]) -> None:
    files = first_load(STATIC / "frame.html")
    assert {file.suffix for file in files} == {".js", ".css"}
    total = weight(STATIC / "frame.html", *files)
    with capsys.disabled():
        print(f"\nfirst load of the frame: {total:,} bytes gzip in {len(files) + 1} files")
    assert total < 350_000
