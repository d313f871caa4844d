"""The gallery's samples are widgets that the checker takes, so that they may serve as examples."""

import json
from pathlib import Path

import pytest

from chatkit_link.widgets.validation import TreeChecker

SAMPLES = Path(__file__).parents[2] / "frontend" / "src" / "widgets" / "samples"
#: Wrong on purpose: what a renderer must survive.
WRONG = {"hostile", "image"}
NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WRONG])
def test_a_sample_is_a_widget(name: str) -> None:
    TreeChecker().check(name, json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8")))
