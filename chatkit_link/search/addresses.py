"""Web addresses in what somebody wrote, and whether two of them are the same page.

Found in texts of any origin and any length, so every pass is linear. A word may end in a full stop or a bracket that
belongs to the sentence and not to the address, which nobody can tell for sure: each reading of it is given.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

import httpx2

from chatkit_link.search.normalize import web_address

#: What has a scheme, or begins as a host name does; not in the middle of a word, an address of mail or a path.
_SCHEME = r"""https?://[^\s<>"`]+"""
_BARE = r"""(?<![\w.@/%-])(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#][^\s<>"`]*)?"""
_ADDRESS = re.compile(f"{_SCHEME}|{_BARE}", re.IGNORECASE)
_WITH_SCHEME = re.compile(_SCHEME, re.IGNORECASE)
#: Ends of a sentence, of a bracket and of Markdown's emphasis.
_ENDS = ".,;:!?)]}'*_~|\\\u2019\u201d\u00bb"
#: Where words have no spaces between them, an address ends where its letters do.
_FOREIGN = re.compile(r"[^\x21-\x7e]")
_LONGEST = 2_000
#: Of which so many may stand behind an address.
_MOST_ENDS = 4


def addresses_in(text: str, *, bare: bool = True) -> Iterator[str]:
    """Each reading of each address in a text, with a scheme: that of a bare ``example.org/page`` is https.

    bare: also those without a scheme.
    """
    for found in (_ADDRESS if bare else _WITH_SCHEME).finditer(text):
        written = found[0][:_LONGEST]
        for reading in dict.fromkeys((written, _before_other_letters(written))):
            address = reading if "://" in reading[:8] else f"https://{reading}"
            yield address
            for end in range(1, _MOST_ENDS + 1):
                if reading[-end] not in _ENDS:
                    break
                yield address[:-end]


def _before_other_letters(written: str) -> str:
    """Up to where another script begins, if a host stands before it."""
    foreign = _FOREIGN.search(written)
    before = written[: foreign.start()] if foreign else written
    return before if "." in before.removesuffix(".") else written


def page_key(url: str) -> tuple[str, str, str] | None:
    """Equal for two addresses of one page; None for what is no address.

    Neither the scheme nor a default port, the case of the host, a fragment, a last slash or the way in which
    characters are escaped makes a difference. The query is part of the page: its host, its path, its query.
    """
    parsed = _parsed(url)
    if parsed is None:
        return None
    path, _, query = parsed.raw_path.decode("ascii", "replace").partition("?")
    return _host(parsed), unquote(path).rstrip("/"), unquote(query)


def host_of(url: str) -> str | None:
    """The host as a browser's ``URL.host`` has it: lower case, punycode, with a port that is not the usual one."""
    parsed = _parsed(url)
    return None if parsed is None else _host(parsed)


def _parsed(url: str) -> httpx2.URL | None:
    address = web_address(re.sub(r"^https?(?=:)", lambda scheme: scheme[0].lower(), url.strip(), flags=re.IGNORECASE))
    if address is None or len(address.split("/", 3)[2]) > 260:  # no host is longer; punycode of a long one takes long
        return None
    try:
        return httpx2.URL(address)
    except (httpx2.InvalidURL, UnicodeError, ValueError):
        return None


def _host(parsed: httpx2.URL) -> str:
    host = parsed.raw_host.decode("ascii").lower().removesuffix(".")
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return host if parsed.port is None else f"{host}:{parsed.port}"
