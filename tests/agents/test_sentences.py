"""Each sentence about a failed answer is there in every language of the page, and none of them is unused."""

import re
from pathlib import Path

import pytest

from chatkit_link.agents.sentences import CATALOGUE, sentence
from tests.conftest import HERE

_FRONTEND = HERE.parent / "frontend" / "src" / "language"
_PACKAGE = HERE.parent / "chatkit_link"


@pytest.mark.parametrize("language", sorted(set(CATALOGUE) - {"en"}))
def test_every_sentence_is_translated_and_keeps_its_settings_and_placeholders(language: str) -> None:
    english, translated = CATALOGUE["en"], CATALOGUE[language]
    assert list(translated) == list(english)
    for code, words in english.items():
        assert translated[code] != words
        for kept in (r"[A-Z]+_[A-Z_]+", r"\{\w+\}"):
            assert sorted(re.findall(kept, translated[code])) == sorted(re.findall(kept, words)), code


def test_the_languages_are_those_of_the_page() -> None:
    listed = re.findall(r"^  (\w+): async", (_FRONTEND / "language.ts").read_text(), re.MULTILINE)
    assert set(listed) | {"en"} == set(CATALOGUE)


def test_a_language_that_is_not_here_is_english() -> None:
    assert sentence("model_failed", "sv-SE") == sentence("model_failed", "en-GB") == CATALOGUE["en"]["model_failed"]
    assert "20 Sekunden" in sentence("model_busy_seconds", "de-AT", number=20)


def test_every_sentence_can_come_up() -> None:
    places = [path for path in _PACKAGE.rglob("*.py") if path.parent.name != "sentences"]
    code = "\n".join(Path(path).read_text(encoding="utf-8") for path in places)
    assert [name for name in CATALOGUE["en"] if not re.search(rf'"{name}["\s]|[\s"]{name}[\s"]', code)] == []
