"""The folders that ship with the code: in the wheel inside the package, in a checkout beside it."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def resource(name: str) -> Path:
    """The folder ``name``, wherever this installation has it.

    name: ``migrations``, ``widgets``, ``docs``, ``templates`` or ``examples``.
    """
    packed = PACKAGE / f"_{name}"
    return packed if packed.is_dir() else PACKAGE.parent / name
