"""The README shows a still and an animation of the product, which `make pictures ARGS=--readme` takes."""

import re
from pathlib import Path

from PIL import Image, ImageSequence

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
SHOWN = re.compile(r"^!\[(?P<text>[^\]]*)\]\((?P<path>[^)]+)\)$", re.MULTILINE)


def test_the_readme_shows_both_pictures_and_says_what_is_in_them() -> None:
    shown = {found["path"]: found["text"] for found in SHOWN.finditer((ROOT / "README.md").read_text(encoding="utf-8"))}
    assert set(shown) == {f"docs/pictures/{file.name}" for file in PICTURES.iterdir()}
    assert set(shown) == {"docs/pictures/answer.webp", "docs/pictures/chat.webp"}
    assert [path for path, text in shown.items() if len(text.split()) < 8] == []


def test_the_animation_shows_an_answer_in_eight_seconds_again_and_again() -> None:
    with Image.open(PICTURES / "answer.webp") as image:
        assert (image.format, image.size, image.info["loop"]) == ("WEBP", (1280, 800), 0)
        # A frame knows its duration once it is read.
        durations = [frame.copy().info["duration"] for frame in ImageSequence.Iterator(image)]
    assert len(durations) > 20
    assert 4_000 <= sum(durations) <= 8_000
    assert durations[-1] >= 1_500  # the answer can be read


def test_the_still_is_finer_than_it_is_shown() -> None:
    with Image.open(PICTURES / "chat.webp") as image:
        assert (image.format, image.size) == ("WEBP", (1920, 1200))
        assert len(list(ImageSequence.Iterator(image))) == 1


def test_the_pictures_are_under_1_mb_together() -> None:
    assert sum(file.stat().st_size for file in PICTURES.iterdir()) < 1_000_000
