"""What Agent Builder exports that is no Python, or none of 3.11, made readable in memory.

**Nested quotes in f-strings.** ``f"... {x["output_text"]}"`` is Python from 3.12 on (PEP 701) and a syntax
error before. Each expression that 3.11 cannot read in its place is taken out and parsed by itself, and
one letter replaces it until the file's tree is built; then the expression's tree takes the letter's
place. So no quote is guessed, any depth works, and every line keeps its number. A brace that closes nothing,
or has nothing in it, is read as text.

**Empty branches.** A branch that leads nowhere is exported as ``else:`` with nothing in it. Such a line gets a
``pass`` behind its colon, so that every line keeps its number.

**Marks of Markdown.** A file that was copied out of a page or a chat may begin with three backticks.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_PREFIX = re.compile(r"(?i)(?:\b(rb|br|rf|fr|[rbuf]))?('''|\"\"\"|'|\")")
_NOTHING = re.compile(r"\{\s*\}")
#: Letters of an alphabet that no program is written in: identifiers one character long.
_LETTERS = range(0x16A0, 0x16EA)
_EMPTY = re.compile(r"expected an indented block after .* on line (\d+)")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*(python3?|py)?\s*$", re.IGNORECASE)
_CLOSES = {"(": ")", "[": "]", "{": "}"}


def without_fences(text: str) -> str | None:
    """The code of a file that was copied with the marks of Markdown around it, on the same lines; None without marks.

    What stands outside of them, such as a sentence about the code, is left out.
    """
    lines = text.split("\n")
    marks = [number for number, line in enumerate(lines) if _FENCE.match(line)]
    if not marks:
        return None
    inside = len(marks) == 1 and marks[0] > len(lines) / 2  # only the last one was copied
    for number, line in enumerate(lines):
        if number in marks:
            inside = not inside
        if number in marks or not inside:
            lines[number] = "" if not line.endswith("\r") else "\r"
    return "\n".join(lines)


@dataclass(slots=True)
class Repaired:
    """text: the file as Python 3.11 reads it. taken: letter -> the expression that it replaces.
    lines: where something was repaired.
    """

    text: str
    taken: dict[str, ast.expr] = field(default_factory=dict[str, ast.expr])
    lines: list[int] = field(default_factory=list[int])


def parse(text: str, filename: str) -> tuple[ast.Module, list[int], list[int]]:
    """The file's tree, the lines whose f-strings were repaired, and those that start an empty block.

    Raises SyntaxError with the file's own line.
    """
    lines = text.split("\n")
    filled: list[int] = []
    while True:
        try:
            return *_parse_f_strings("\n".join(lines), filename), filled
        except IndentationError as error:
            empty = _EMPTY.match(error.msg)
            if empty is None or (line := _end_of_header(lines, int(empty[1]))) is None:
                raise
            lines[line - 1] = f"{lines[line - 1].rstrip()} pass"
            filled.append(line)


def _end_of_header(lines: list[str], first: int) -> int | None:
    """The line with the colon that starts a block; its statement may take several."""
    ends = (number for number, line in enumerate(lines[first - 1 :], start=first) if line.rstrip().endswith(":"))
    return next(ends, None)


def _parse_f_strings(text: str, filename: str) -> tuple[ast.Module, list[int]]:
    """The file's tree, and the lines whose f-strings were repaired. Raises SyntaxError with the file's own line."""
    try:
        return ast.parse(text, filename), []
    except SyntaxError as error:
        repaired = repair(text)
        if not repaired.lines:
            raise
        try:
            tree = ast.parse(repaired.text, filename)
        except SyntaxError as second:
            raise second from error
    return ast.fix_missing_locations(_Restore(repaired.taken).visit(tree)), sorted(set(repaired.lines))


def repair(text: str, line: int = 1) -> Repaired:
    """Take what Python 3.11 cannot read out of the f-strings of ``text``, which starts at ``line`` of the file."""
    letters = iter(letter for code in _LETTERS if (letter := chr(code)) not in text)
    return _Scanner(text, line, letters).run()


class _Scanner:
    def __init__(self, text: str, line: int, letters: Iterator[str]) -> None:
        self._text = text
        self._line = line
        self._letters = letters
        self._repaired = Repaired("")
        self._out: list[str] = []

    def run(self) -> Repaired:
        at = 0
        while at < len(self._text):
            at = self._code(at)
        self._repaired.text = "".join(self._out)
        return self._repaired

    def _code(self, at: int) -> int:
        """Copy one thing that is not inside a string: a comment, a whole string, or a character."""
        text = self._text
        if text[at] == "#":
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
        elif (string := _PREFIX.match(text, at)) and not _inside_a_word(text, at):
            if "f" in (string[1] or "").lower():
                return self._f_string(at, string)
            end = _string_end(text, string)
        else:
            end = at + 1
        self._out.append(text[at:end])
        return end

    def _f_string(self, at: int, string: re.Match[str]) -> int:
        """Copy an f-string; what had to leave it is in ``taken``."""
        text, quote = self._text, string[2]
        raw = "r" in (string[1] or "").lower()
        self._out.append(string[0])
        at, lost, open_ = string.end(), 0, 0
        while at < len(text) and not text.startswith(quote, at):
            line = self._line + text.count("\n", 0, at)
            pair = text[at : at + 2]
            if (text[at] == "\\" and not raw) or pair == "{{" or (pair == "}}" and not open_):
                self._out.append(pair)
                at += 2
            elif text[at] == "{" and not _NOTHING.match(text, at):
                end = _expression_end(text, at + 1)
                inner = self._expression(text[at + 1 : end], quote, line)
                lost += text.count("\n", at, end) - inner.count("\n")
                self._out.append("{" + inner)
                at, open_ = end, open_ + 1
            elif text[at] in "{}" and not open_:
                self._out.append(text[at] * 2)
                self._repaired.lines.append(line)
                at += 1
            else:
                open_ -= text[at] == "}"
                self._out.append(text[at])
                at += 1
        # Lines that left the string come behind it, so that what follows keeps its number.
        self._out.append(quote + "\\\n" * lost)
        return at + len(quote)

    def _expression(self, given: str, quote: str, line: int) -> str:
        """The expression as it may be written inside ``quote``: itself, or a letter."""
        if quote[0] not in given and "\\" not in given and "#" not in given and ("\n" not in given or len(quote) == 3):
            return given
        inner = repair(given, line)
        letter = next(self._letters, None)
        try:
            tree = ast.parse(f"(\n{inner.text}\n)", mode="eval")
        except SyntaxError:
            return given  # wrong in itself: the parser reports it, with its place in the file
        if letter is None:
            return given
        expression = _Restore(inner.taken).visit(tree).body
        ast.increment_lineno(expression, line - 2)
        self._repaired.taken[letter] = expression
        self._repaired.lines.append(line)
        return letter


class _Restore(ast.NodeTransformer):
    """Puts the expressions back."""

    def __init__(self, taken: dict[str, ast.expr]) -> None:
        self._taken = taken

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._taken.get(node.id, node)


def _inside_a_word(text: str, at: int) -> bool:
    return at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_") and text[at] not in "'\""


def _string_end(text: str, string: re.Match[str]) -> int:
    """Behind the closing quote of a string that is no f-string."""
    at, quote = string.end(), string[2]
    while at < len(text) and not text.startswith(quote, at):
        if len(quote) == 1 and text[at] == "\n":
            return at  # not closed: the parser reports it
        at += 2 if text[at] == "\\" else 1
    return at + len(quote)


def _expression_end(text: str, at: int) -> int:
    """Where a replacement field's expression ends: at its ``}``, or at a ``:``, ``!r`` or ``=`` outside brackets."""
    open_: list[str] = []
    while at < len(text):
        char = text[at]
        string = _PREFIX.match(text, at)
        if string and not _inside_a_word(text, at):
            at = _f_string_end(text, string) if "f" in (string[1] or "").lower() else _string_end(text, string)
            continue
        if char in _CLOSES:
            open_.append(_CLOSES[char])
        elif open_ and char == open_[-1]:
            open_.pop()
        elif not open_ and (char in "}:" or (char == "!" and text[at + 1 : at + 2] != "=")):
            return at
        at += 1
    return at


def _f_string_end(text: str, string: re.Match[str]) -> int:
    at, quote = string.end(), string[2]
    while at < len(text) and not text.startswith(quote, at):
        if text[at] == "\\" or text[at : at + 2] == "{{":
            at += 2
        elif text[at] == "{":
            at = _expression_end(text, at + 1)
        else:
            at += 1
    return at + len(quote)
