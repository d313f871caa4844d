"""What a page has to load before it shows a chat; frontend/e2e/budget.spec.ts measures it in a browser."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "chatkit_link" / "static"
LOADED = re.compile(r'(?:src|href)="\./(assets/[^"]+)"')
IMPORTED = re.compile(r'(?:from|import)\s*"\./([^"]+\.js)"')


def weight(*files: Path) -> int:
    """Of what a browser gets that takes Brotli: where it saves nothing, the file itself."""
    packed = (file.with_name(f"{file.name}.br") for file in files)
    return sum((one if one.is_file() else file).stat().st_size for one, file in zip(packed, files, strict=True))


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
        print(f"\nchatkit.js: {script:,} bytes")
    assert script < 5_000


def test_the_first_load_of_the_frame_is_under_310_kb_in_ten_files(capsys: pytest.CaptureFixture[str]) -> None:
    files = first_load(STATIC / "frame.html")
    assert {file.suffix for file in files} == {".js", ".css"}
    total = weight(STATIC / "frame.html", *files)
    with capsys.disabled():
        print(f"\nfirst load of the frame: {total:,} bytes in {len(files) + 1} files")
    # With the headers of each, and with the page around it, 320 KB and 12 requests.
    assert total < 310_000
    assert len(files) < 10
