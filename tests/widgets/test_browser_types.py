"""The widget types that the browser's tests use are those of the installed SDK."""

import runpy
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "export_widget_types.py"


def test_the_exported_widget_types_are_those_of_the_installed_sdk() -> None:
    exporter = runpy.run_path(str(SCRIPT))
    assert exporter["FIXTURE"].read_text(encoding="utf-8") == exporter["text"](), (
        "The SDK's widgets have changed: run `python scripts/export_widget_types.py`, then draw what is new."
    )
