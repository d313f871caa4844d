"""The text of one field of a JSON object, read while the JSON is being written.

A structured output arrives as pieces of JSON, cut anywhere: inside an escape, between the halves of a surrogate pair.
Whatever of the field's text is certain is given out at once. Each character is read once, so that a long answer
does not take longer and longer.
"""

from collections.abc import Sequence

_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UNKNOWN = "\ufffd"


class TextField:
    """path: the keys that lead to the field, from the outermost object on; there is no list on the way."""

    def __init__(self, path: Sequence[str]) -> None:
        self._path = list(path)
        #: Of each open object the key that is being read; None for a list.
        self._keys: list[str | None] = []
        self._key_comes = False
        self._is_key = self._is_field = self._in_string = self._is_done = False
        self._key = ""
        #: An escape as far as it has come, without its backslash; None outside of one.
        self._escape: str | None = None
        self._high = ""
        self._found: list[str] = []

    def feed(self, json_text: str) -> str:
        """Take more of the JSON; returns what this adds to the field's text."""
        self._found.clear()
        for char in json_text:
            (self._read_string if self._in_string else self._read)(char)
        return "".join(self._found)

    def _read(self, char: str) -> None:
        match char:
            case '"':
                self._in_string, self._is_key, self._key = True, self._key_comes, ""
                self._is_field = not self._is_key and not self._is_done and self._keys == self._path
            case "{":
                self._keys.append("")
                self._key_comes = True
            case "[":
                self._keys.append(None)
                self._key_comes = False
            case "}" | "]":
                if self._keys:
                    self._keys.pop()
                self._key_comes = False
            case ",":
                self._key_comes = bool(self._keys) and self._keys[-1] is not None
            case ":":
                self._key_comes = False
            case _:
                pass

    def _read_string(self, char: str) -> None:
        if self._escape is not None:
            self._read_escape(char)
        elif char == "\\":
            self._escape = ""
        elif char == '"':
            self._end_string()
        else:
            self._add(char)

    def _read_escape(self, char: str) -> None:
        self._escape = (self._escape or "") + char
        if not self._escape.startswith("u"):
            self._escape = None
            self._add(_ESCAPES.get(char, char))
        elif len(self._escape) == 5:
            digits, self._escape = self._escape[1:], None
            try:
                self._add_unit(int(digits, 16))
            except ValueError:
                self._add(_UNKNOWN)

    def _add_unit(self, unit: int) -> None:
        """A character outside the first plane is escaped in two halves."""
        if 0xDC00 <= unit < 0xE000 and self._high:
            high, self._high = ord(self._high), ""
            self._add(chr(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00)))
        elif 0xD800 <= unit < 0xDC00:
            self._lose_half()
            self._high = chr(unit)
        else:
            self._add(_UNKNOWN if 0xDC00 <= unit < 0xE000 else chr(unit))

    def _add(self, text: str) -> None:
        self._lose_half()
        if self._is_key:
            self._key += text
        elif self._is_field:
            self._found.append(text)

    def _lose_half(self) -> None:
        if self._high:
            self._high = ""
            self._add(_UNKNOWN)

    def _end_string(self) -> None:
        self._lose_half()
        self._in_string = False
        if self._is_key and self._keys:
            self._keys[-1] = self._key
        self._is_done = self._is_done or self._is_field
        self._is_field = False
