"""A link to a document opens that document, for some weeks, and nothing else."""

import pytest

from chatkit_link.identity import DocumentKeys

DAY = 86_400


def test_a_key_opens_its_document_for_thirty_days(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = DocumentKeys((b"s" * 32,))
    now = 1_800_000_000
    monkeypatch.setattr("chatkit_link.identity.document_key.time.time", lambda: now)
    key = keys.make("guide/tea.md")
    assert keys.opens(key, "guide/tea.md")
    assert DocumentKeys((b"s" * 32,)).opens(key, "guide/tea.md"), "any replica"
    now += 30 * DAY
    assert keys.opens(key, "guide/tea.md")
    now += DAY
    assert not keys.opens(key, "guide/tea.md")


def test_nothing_else_is_a_key() -> None:
    keys = DocumentKeys((b"s" * 32,))
    key = keys.make("tea.md")
    day, _, signature = key.partition("-")
    assert not keys.opens(key, "coffee.md")
    assert not DocumentKeys((b"t" * 32,)).opens(key, "tea.md")
    for wrong in ("", "-", key[:-1], key + "A", f"{int(day) + 1}-{signature}", f"{day}-", f"0{key}", f" {key}",
                  f"{day}-{'A' * 24}", "9" * 100 + "-x", "²-x", "\0", f"{day}-\ud83d"):  # fmt: skip
        assert not keys.opens(wrong, "tea.md"), wrong
