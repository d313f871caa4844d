"""Pictures of every state of the product, and one page to look at them all.

The demo of ``make run`` is served without a key, with the workshop and with agents that fail and that are slow, and
``frontend/e2e/screens/`` walks through it in Chromium. Nothing of it is committed.
"""

import json
import os
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from scripts.contact_sheet import Fault, contact_sheet
from tests.suite.browser_server import FRONTEND, ROOT, serving

DEMO: Final = ROOT / "examples" / "professor_lock"
SCREENS: Final = FRONTEND / "e2e" / "artifacts" / "screens"
#: Debian's packages with letters of a script, by how the names of its characters begin in Unicode.
FONTS: Final = {
    ("CJK", "HIRAGANA", "KATAKANA", "FULLWIDTH"): "fonts-ipafont-gothic (or fonts-noto-cjk, which has all of CJK)",
    ("HANGUL",): "fonts-noto-cjk",
    ("ARABIC", "HEBREW", "CYRILLIC", "LATIN", "GREEK"): "fonts-dejavu-core",
}
ANY_FONT: Final = "fonts-noto-core"


def take_screens(*, is_full: bool) -> Sequence[Fault]:
    """Write PNG files and index.html into frontend/e2e/artifacts/screens/. What a machine sees of what is wrong.

    Raises:
        NotStarted: the server does not answer.
        subprocess.CalledProcessError: a state could not be reached.
    """
    shutil.rmtree(SCREENS, ignore_errors=True)
    SCREENS.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="chatkit-link-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        shutil.copytree(ROOT / "widgets", folder / "widgets")
        settings = {
            "CHATKIT_LINK_CONFIG": str(_catalog(folder)),
            "CHATKIT_LINK_SEARCH": "local",
            "CHATKIT_LINK_GRACE": "0",
            # All walks come from one address.
            "CHATKIT_LINK_RATE_MESSAGES": "0",
        }
        with serving("dev", folder, settings) as address:
            walked = subprocess.run(
                [FRONTEND / "node_modules" / ".bin" / "playwright", "test",
                 "--config=playwright.pictures.config.ts", "--project=screens"],
                cwd=FRONTEND,
                env=os.environ
                | {
                    "CHATKIT_LINK_URL": f"{address}/",
                    "CHATKIT_LINK_PICTURES": str(SCREENS),
                    "CHATKIT_LINK_SCREENS": "full" if is_full else "small",
                },
                check=False,
            )  # fmt: skip
    faults = _faults(SCREENS / "faults.jsonl")
    # Also of a walk that stopped on its way: what there is shows where.
    sheet = SCREENS / "index.html"
    pictures = sorted(SCREENS.glob("*.png"), key=lambda file: file.stat().st_mtime)
    sheet.write_text(contact_sheet([file.name for file in pictures], faults), encoding="utf-8")
    for line in said_of(faults):
        print(line)
    print(f"{len(pictures)} pictures. Look at them in {sheet.relative_to(ROOT)}")
    walked.check_returncode()
    return faults


def _catalog(folder: Path) -> Path:
    """The catalog of the demo, an agent whose answers can fail, and one that takes its time."""
    demo = (DEMO / "chatkit-link.toml").read_text(encoding="utf-8")
    failing, slow = (FRONTEND / "e2e" / name for name in ("items_agent.py", "agents.py"))
    catalog = folder / "screens.toml"
    catalog.write_text(
        demo.replace('target = "./"', f"target = {json.dumps(f'{DEMO}/')}")
        + f'\n[agents.items]\ntarget = {json.dumps(f"{failing}:items")}\nname = "Items"\n'
        + f'\n[agents.story]\ntarget = {json.dumps(f"{slow}:story")}\nname = "Story"\n',
        encoding="utf-8",
    )
    return catalog


def _faults(file: Path) -> list[Fault]:
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Fault(**json.loads(line)) for line in lines]


def said_of(faults: Iterable[Fault]) -> Iterable[str]:
    """A line for each, and what to install for the letters that are missing."""
    missing = ""
    for fault in faults:
        yield f"{fault.state}, {fault.language} at {fault.width} px: {fault.what}"
        missing += fault.letters
    for package in dict.fromkeys(font_for(letter) for letter in missing):
        yield f"Letters are missing on this machine. On Debian: apt install {package}"


def font_for(letter: str) -> str:
    """The package that most likely has it."""
    name = unicodedata.name(letter, "")
    return next((package for begins, package in FONTS.items() if name.startswith(begins)), ANY_FONT)
