"""The program ``chatkit-link``: one file for each group of commands, put together in ``program.py``."""


def main() -> None:
    """The entry point."""
    from chatkit_link.cli.program import run

    run()
