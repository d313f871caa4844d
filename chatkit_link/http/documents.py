"""The bundled documents: where a local search result leads when it is clicked.

Where users sign in, a document is served to them and to any browser that has a link with a key: a browser that opens a
link sends no token.

Only what is in the index is served, so no path reaches the file system. The page carries no script
and loads nothing; the one style sheet is inline, allowed by its hash.
"""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from chatkit_link.errors import NotFound, Unauthenticated
from chatkit_link.http.identify import identify_caller, network_of
from chatkit_link.http.services import ServicesDep
from chatkit_link.limits.requests import somebody_at
from chatkit_link.search.blocks import Anchors, html_blocks, is_heading, markdown_parser, markdown_tokens
from chatkit_link.store.documents import Document
from chatkit_link.translations import Localized

STYLE = """
:root {
  color-scheme: light dark;
  --text: #0d0d0d; --quiet: #5d5d5d; --line: #e3e3e3; --soft: #f4f4f4; --back: #fff; --link: #0b57d0;
}
@media (prefers-color-scheme: dark) {
  :root { --text: #ececec; --quiet: #afafaf; --line: #3a3a3a; --soft: #2a2a2a; --back: #181818; --link: #8ab4f8 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.65 ui-sans-serif, system-ui, sans-serif }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 6rem; overflow-wrap: anywhere }
.path { margin: 0 0 2rem; color: var(--quiet); font-size: .875rem }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 2.2em 0 .6em; scroll-margin-top: 1.5rem }
h1 { font-size: 1.9rem; margin-top: 0 }
h2 { font-size: 1.35rem }
h3 { font-size: 1.1rem }
:target {
  --glow: color-mix(in srgb, var(--link) 14%, transparent);
  background: var(--glow); border-radius: .3rem; box-shadow: 0 0 0 .35rem var(--glow);
}
a { color: var(--link) }
pre, code { background: var(--soft); border-radius: .375rem }
pre, code { font: .875em/1.6 ui-monospace, SFMono-Regular, Menlo, monospace }
code { padding: .1em .3em }
pre { padding: 1rem; overflow-x: auto }
pre code { padding: 0; font-size: 1em }
pre.text { white-space: pre-wrap; background: none; padding: 0 }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border: 1px solid var(--line); padding: .4rem .7rem; text-align: left; vertical-align: top }
blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--quiet) }
hr { border: 0; border-top: 1px solid var(--line); margin: 2rem 0 }
"""

router = APIRouter()


async def may_read(path: str, request: Request, services: ServicesDep, key: str = "") -> None:
    """Raises ``Unauthenticated`` without the document's key and without a sign-in."""
    keys = services.document_keys
    if keys is None or keys.opens(key, path):
        return
    try:
        await identify_caller(request, services)
    except Unauthenticated:
        if not key:
            raise
        raise Unauthenticated(Localized("document_link_expired")) from None


@router.get(
    "/documents/{path:path}", response_class=HTMLResponse, include_in_schema=False, dependencies=[Depends(may_read)]
)
async def show_document(path: str, request: Request, services: ServicesDep) -> HTMLResponse:
    """A stored document as a readable page; 404 when there is none by that name."""
    async with services.rendering.turn(somebody_at(network_of(request, services.settings))):
        document = await services.documents.get(path)
        if document is None:
            raise NotFound(Localized("document_not_found"))
        # A long one takes a second.
        page = await anyio.to_thread.run_sync(_page, document)
    return HTMLResponse(page, headers=_headers())


def _headers() -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'none'; base-uri 'none'; form-action 'none'"
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-cache",
    }


def _page(document: Document) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>{STYLE}</style></head>"
        f'<body><main><p class="path">{escape(document.path)}</p>{_content(document)}</main></body></html>'
    )


def _content(document: Document) -> str:
    match document.kind:
        case "markdown":
            parser = markdown_parser()
            parser.add_render_rule("image", _named)
            return str(parser.renderer.render(markdown_tokens(document.body), parser.options, {}))
        case "html":
            return _extracted(document)
        case _:
            return f'<pre class="text">{_text(document.body)}</pre>'


def _named(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, environment: Any) -> str:
    """An image, which this page does not load, as its alternative text."""
    return f"<em>Picture: {escape(renderer.renderInlineAsText(tokens[at].children, options, environment))}</em>"


def _extracted(document: Document) -> str:
    """The readable text of an HTML file: its own markup is never served."""
    _, blocks = html_blocks(document.body)
    parts: list[str] = []
    for block in blocks:
        if block.level:
            parts.append(f'<h{block.level} id="{escape(block.anchor)}">{escape(block.text)}</h{block.level}>')
        elif "\n" in block.text:
            parts.append(f"<pre>{escape(block.text)}</pre>")
        else:
            parts.append(f"<p>{escape(block.text)}</p>")
    return "".join(parts)


def _text(source: str) -> str:
    anchors = Anchors()
    lines = source.splitlines()
    rendered: list[str] = []
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        text = escape(line)
        rendered.append(f'<b id="{escape(anchors.of(line))}">{text}</b>' if is_heading(line, below) else text)
    return "\n".join(rendered)
