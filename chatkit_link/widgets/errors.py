"""What can be wrong with a widget."""

from typing_extensions import override

from chatkit_link.errors import Unprocessable


class WidgetError(Unprocessable):
    """A template, its data or the tree it renders is not right.

    source: the template's file name. path: where in the file, the data or the tree, as
    ``children[2].onClickAction``; empty when it is the whole.
    """

    title = "Widget is not valid"
    for_users = False

    def __init__(self, source: str, path: str, reason: str) -> None:
        where = f"{source}, at {path}" if path else source
        super().__init__(f"{where}: {reason}")
        self.source = source
        self.path = path
        self.reason = reason

    @override
    def for_log(self) -> str:
        """Without the reason where it quotes the widget's data, which may be a user's."""
        return f"{self.source}, at {self.path}" if self.path.startswith("data") else super().for_log()
