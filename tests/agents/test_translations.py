"""Each sentence about a failed answer is there in every language of the page."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from chatkit_link.agents import failures
from chatkit_link.agents.translations import LANGUAGES, SENTENCES, in_language
from chatkit_link.protocol.orphans import INTERRUPTED

_FRONTEND = Path(__file__).parents[2] / "frontend" / "src" / "language"


def _sentences() -> list[str]:
    tree = ast.parse(inspect.getsource(failures.explain))
    words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [word for word in words if word.endswith(".") and word != inspect.getdoc(failures.explain)] + [INTERRUPTED]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_sentence_is_translated_and_keeps_the_names_of_settings(language: str) -> None:
    sentences = _sentences()
    assert sorted(sentences) == sorted(SENTENCES)
    for sentence in sentences:
        translated = in_language(sentence, f"{language}-XX")
        assert translated != sentence
        assert re.findall(r"[A-Z]+_[A-Z_]+", translated) == re.findall(r"[A-Z]+_[A-Z_]+", sentence)


def test_the_languages_are_those_of_the_page() -> None:
    listed = re.findall(r"^  (\w+): async", (_FRONTEND / "language.ts").read_text(), re.MULTILINE)
    assert set(listed) == LANGUAGES | {"en"}


def test_what_is_not_known_stays_as_it_is() -> None:
    assert in_language("Our own words.", "de") == "Our own words."
    assert in_language(INTERRUPTED, "sv") == INTERRUPTED == in_language(INTERRUPTED, "en-GB")
