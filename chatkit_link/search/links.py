"""The links of a passage that is quoted: what led from one document to another leads there from the chat, too."""

import posixpath
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

# Code stays as it is: what looks like a link in it is none.
_FENCED = r"^[ \t]*(?P<fence>`{3,}|~{3,}).*?^[ \t]*(?P=fence)[`~]*[ \t]*$"
_INDENTED = r"^(?: {4}|\t)[^\n]*$"
_INLINE = r"(?P<tick>`+)(?!`).*?(?<!`)(?P=tick)(?!`)"
_TEXT = r"(?P<text>(?:[^\[\]\n]|\[[^\[\]\n]{0,200}\]){0,500})"
_TARGET = r"(?P<target>[^()\s]{1,2000})(?:[ \t]+\"[^\"\n]*\")?"
_CODE_OR_LINK = re.compile(
    rf"(?P<code>{_FENCED}|{_INDENTED}|{_INLINE})|(?P<image>!?)\[{_TEXT}\]\({_TARGET}\)", re.DOTALL | re.MULTILINE
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


def linked_paths(markdown: str, path: str) -> Iterator[str]:
    """The documents that a passage of the document at ``path`` links to."""
    for found in _CODE_OR_LINK.finditer(markdown):
        if found["target"] and not _SCHEME.match(found["target"]):
            yield _resolved(found["target"], path)[0]


def with_links(markdown: str, path: str, url_of: Callable[[str, str], str | None]) -> str:
    """The passage with links that work elsewhere.

    url_of: the address of a document's anchor, or None; then the link's text stays. A picture becomes its text.
    """

    def link(found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        if found["image"]:
            return f"*{found['text']}*" if found["text"].strip() else ""
        if _SCHEME.match(found["target"]):
            return found[0]
        url = url_of(*_resolved(found["target"], path))
        return f"[{found['text']}]({url})" if url else found["text"]

    return _CODE_OR_LINK.sub(link, markdown)


def _resolved(target: str, path: str) -> tuple[str, str]:
    """The path and the anchor that a relative address leads to."""
    name, _, anchor = target.partition("#")
    name = unquote(name.partition("?")[0])
    return (posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) if name else path), unquote(anchor)
