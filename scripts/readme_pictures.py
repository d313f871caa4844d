"""The pictures of the README, of the running product: a still, and an animation of an answer.

The demo of ``make run`` is served from an empty folder and without a key, and ``frontend/e2e/pictures.ts`` drives it
in Chromium. Look at docs/pictures/ before you commit it.
"""

import itertools
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

from tests.suite.browser_server import serving

ROOT: Final = Path(__file__).resolve().parent.parent
FRONTEND: Final = ROOT / "frontend"
PICTURES: Final = ROOT / "docs" / "pictures"
DEMO: Final = ROOT / "examples" / "professor_lock" / "chatkit-link.toml"

#: Milliseconds. A frame stays this long at least, and this long at most: a busy machine is not part of the answer.
SHORTEST: Final = 100
LONGEST: Final = 200
#: The last frame, so that the answer can be read.
READING: Final = 2_000


def take(folder: Path) -> None:
    """Have Chromium write chat.png and frames/{milliseconds}.png into it.

    Raises:
        NotStarted: the server does not answer.
        subprocess.CalledProcessError: the page did not show what was to be seen.
    """
    server = folder / "server"
    server.mkdir()
    settings = {"CHATKIT_LINK_CONFIG": str(DEMO), "CHATKIT_LINK_SEARCH": "local", "CHATKIT_LINK_GRACE": "0"}
    with serving("serve", server, settings) as address:
        subprocess.run(
            [
                FRONTEND / "node_modules" / ".bin" / "playwright",
                "test",
                "--config=playwright.pictures.config.ts",
                "--project=readme",
                "--max-failures=1",
            ],
            cwd=FRONTEND,
            env=os.environ | {"CHATKIT_LINK_URL": f"{address}/", "CHATKIT_LINK_PICTURES": str(folder)},
            check=True,
        )


def write_still(picture: Path, target: Path) -> None:
    with Image.open(picture) as image:
        image.convert("RGB").save(target, "WEBP", quality=82, method=6)


def write_animation(frames: Path, target: Path) -> None:
    """frames: PNG files named by the milliseconds at which they were drawn."""
    drawn = sorted(frames.iterdir(), key=lambda file: int(file.stem))
    kept = drawn[:1]
    for file in drawn[1:-1]:
        if int(file.stem) - int(kept[-1].stem) >= SHORTEST:
            kept.append(file)
    kept.append(drawn[-1])
    gaps = (int(after.stem) - int(before.stem) for before, after in itertools.pairwise(kept))
    durations = [*(min(max(gap, SHORTEST), LONGEST) for gap in gaps), READING]
    images: list[Image.Image] = []
    for file in kept:
        with Image.open(file) as image:
            images.append(image.convert("RGB"))
    images[0].save(
        target,
        "WEBP",
        save_all=True,
        append_images=images[1:],
        duration=durations,
        loop=0,
        quality=75,
        method=6,
        minimize_size=True,
    )


def take_readme_pictures() -> None:
    """Write both into docs/pictures/.

    Raises:
        NotStarted: the server does not answer.
        subprocess.CalledProcessError: the page did not show what was to be seen.
    """
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="chatkit-link-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        take(folder)
        write_still(folder / "chat.png", PICTURES / "chat.webp")
        write_animation(folder / "frames", PICTURES / "answer.webp")
    for picture in sorted(PICTURES.iterdir()):
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size:,} bytes")
