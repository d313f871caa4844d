"""docs/how-to/models.md says of servers what the matrix of servers proves."""

from pathlib import Path

from scripts.document_models import NAMES, PAGE, text
from tests.model_server import PROFILES


def test_the_tables_are_those_of_the_matrix() -> None:
    assert PAGE.read_text(encoding="utf-8") == text(), "The page is stale: run `python scripts/document_models.py`."
    assert list(NAMES) == list(PROFILES)
    assert Path(__file__).parents[2] / "docs" / "how-to" / "models.md" == PAGE
