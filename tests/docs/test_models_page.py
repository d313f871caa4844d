"""docs/how-to/models.md says of servers what the matrix of servers proves."""

from pathlib import Path

from scripts.document_models import NAMES, PAGE, written
from tests.model_server import PROFILES


def test_the_tables_are_those_of_the_matrix() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page, "run scripts/document_models.py"
    assert list(NAMES) == list(PROFILES)
    assert Path(__file__).parents[2] / "docs" / "how-to" / "models.md" == PAGE
