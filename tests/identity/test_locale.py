"""Accept-Language, as browsers send it and as they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatkit_link.identity.locale import LONGEST_TAG, preferred_locale


@pytest.mark.parametrize(
    ("headers", "locale"),
    [
        ([], "en"),
        ([""], "en"),
        (["de"], "de"),
        (["pt-br,pt;q=0.9,en;q=0.8"], "pt-BR"),
        (["en;q=0.5, fr;q=0.9 , de;Q=0.7"], "fr"),
        (["en;q=0.5", "fr"], "fr"),
        (["zh-hant-tw"], "zh-Hant-TW"),
        (["es-419"], "es-419"),
        (["en-x-AB"], "en-x-ab"),
        (["*, it;q=0.1"], "it"),
        (["fr;q=0, it;q=0.001"], "it"),
        (["fr;q=2, it"], "it"),
        (["../../etc/passwd, it"], "it"),
        (["<script>, it"], "it"),
        (["de;level=1, it"], "it"),
        (["x" * 100_000], "en"),
        (["a-" * 20 + "b, it"], "it"),
        ([",".join(["*"] * 40) + ",it"], "en"),
    ],
)
def test_the_best_language_wins_and_nonsense_is_skipped(headers: list[str], locale: str) -> None:
    assert preferred_locale(headers) == locale


@given(st.lists(st.text(max_size=80), max_size=3))
def test_any_header_gives_a_short_plain_tag(headers: list[str]) -> None:
    locale = preferred_locale(headers)
    assert 1 <= len(locale) <= LONGEST_TAG
    assert locale.isascii()
    assert locale.replace("-", "").isalnum()
