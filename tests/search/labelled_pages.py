# ruff: noqa: E501 - pages
"""Small pages of the shapes that the web has, each with what a reader must find in its text and what it must not.

The labels were written before any extractor was tried: 0031-page-extraction.md has the figures.
"""

from dataclasses import dataclass

_LONG = "The tram line was extended twice after the war, and each time the depot had to be rebuilt. " * 4
_MENU = '<nav><ul><li><a href="/">Home page</a></li><li><a href="/shop">Our shop</a></li></ul></nav>'
_DIV_MENU = '<div class="menu"><a href="/">Home page</a> <a href="/shop">Our shop</a></div>'
_FOOT = "<footer><p>All rights reserved by the publisher.</p></footer>"
_COOKIES = '<div id="cookie-banner" role="dialog"><p>We value your privacy and use cookies.</p><button>Accept all</button></div>'


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """must: pieces of the text. must_not: what stands around it."""

    name: str
    html: str
    must: tuple[str, ...]
    must_not: tuple[str, ...]


def _page(title: str, body: str) -> str:
    return f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head><body>{body}</body></html>'


PAGES = [
    LabelledPage(
        "article",
        _page(
            "Trams",
            f"<header>{_MENU}</header><article><h1>Trams of the valley</h1><p>{_LONG}</p><h2>Depots</h2><p>The depot "
            f"burnt down in 1931.</p></article><aside><h3>Most read</h3><p>Ten recipes for spring.</p></aside>{_FOOT}",
        ),
        ("Trams of the valley", "burnt down in 1931", "extended twice"),
        ("Home page", "Ten recipes for spring", "All rights reserved"),
    ),
    LabelledPage(
        "documentation",
        _page(
            "sleep()",
            f'{_MENU}<main><h1>sleep()</h1><p>Waits for some seconds.</p><pre><code>await sleep(1)\nprint("done")</code>'
            "</pre><table><tr><th>Argument</th><th>Meaning</th></tr><tr><td>delay</td><td>seconds to wait</td></tr></table>"
            '<p>See also <code>wait_for</code>.</p></main><div class="toc"><a href="#a">On this page</a></div>',
        ),
        ("Waits for some seconds", 'await sleep(1)\nprint("done")', "delay", "seconds to wait", "wait_for"),
        ("Home page", "On this page"),
    ),
    LabelledPage(
        "forum",
        _page(
            "Boot loop",
            f'{_DIV_MENU}<div id="thread"><h1>Boot loop after update</h1><div class="post"><p>My box restarts every '
            'minute since the update.</p></div><div class="post"><p>Hold the reset button for ten seconds.</p></div>'
            '<div class="post"><p>That worked, thank you!</p></div></div>',
        ),
        ("Boot loop after update", "restarts every minute", "reset button for ten seconds", "That worked"),
        (),
    ),
    LabelledPage(
        "table",
        _page(
            "Rivers",
            f"{_MENU}<h1>Longest rivers</h1><table><caption>By length</caption><tr><th>River</th><th>km</th></tr>"
            "<tr><td>Nile</td><td>6650</td></tr><tr><td>Amazon</td><td>6400</td></tr></table>" + _FOOT,
        ),
        ("Longest rivers", "Nile", "6650", "Amazon", "6400"),
        ("Home page",),
    ),
    LabelledPage(
        "list",
        _page(
            "Opening hours",
            f"{_MENU}<h1>Opening hours</h1><ul><li>Monday: 9 to 17</li><li>Tuesday: closed</li></ul>"
            "<ol><li>Ring the bell</li><li>Wait</li></ol>",
        ),
        ("Opening hours", "Monday: 9 to 17", "Tuesday: closed", "Ring the bell"),
        ("Home page",),
    ),
    LabelledPage(
        "code",
        _page(
            "config.toml",
            f'{_MENU}<main><h1>config.toml</h1><pre>[server]\nport = 8000\n\n[log]\nlevel = "info"</pre></main>',
        ),
        ('[server]\nport = 8000\n\n[log]\nlevel = "info"',),
        ("Our shop",),
    ),
    LabelledPage(
        "Japanese",
        _page(
            "路面電車",
            "<nav>メニュー</nav><article><h1>路面電車の歴史</h1><p>路面電車は一九〇三年に開業した。</p><p>車庫は二度建て"
            "替えられた。</p></article><footer>著作権所有</footer>",
        ),
        ("路面電車の歴史", "一九〇三年に開業した", "二度建て替えられた"),
        ("メニュー", "著作権所有"),
    ),
    LabelledPage(
        "cookie banner",
        _page("Museum", f"{_COOKIES}<main><h1>City museum</h1><p>{_LONG}</p><p>Entry is free on Sundays.</p></main>"),
        ("Entry is free on Sundays", "City museum"),
        ("value your privacy", "Accept all"),
    ),
    LabelledPage(
        "cookie banner without main",
        _page("Museum", f"{_COOKIES}{_DIV_MENU}<div><h1>City museum</h1><p>{_LONG}</p><p>Closed on Mondays.</p></div>"),
        ("Closed on Mondays", "City museum"),
        ("value your privacy", "Accept all", "Our shop"),
    ),
    LabelledPage(
        "short answer",
        _page("Port", f"{_MENU}<div><h2>Which port is the default?</h2><p>8000.</p></div>"),
        ("Which port is the default?", "8000."),
        ("Home page",),
    ),
    LabelledPage(
        "news without elements of HTML 5",
        _page(
            "Bridge",
            f'{_DIV_MENU}<div class="content"><h1>New bridge opens</h1><p>{_LONG}</p><p>The bridge cost nine millions.</p>'
            '</div><div class="related"><a href="/a">Other stories</a> <a href="/b">Weather today</a></div>'
            '<div class="footer">All rights reserved by the publisher.</div>',
        ),
        ("New bridge opens", "nine millions"),
        ("Our shop", "Weather today", "All rights reserved"),
    ),
    LabelledPage(
        "shop",
        _page(
            "Kettle",
            f"{_MENU}<main><h1>Kettle 2000</h1><p>49.90 EUR</p><dl><dt>Volume</dt><dd>1.7 l</dd><dt>Power</dt><dd>2200 W</dd>"
            "</dl><form><label>Quantity <select><option>Pick a number</option></select></label></form></main>",
        ),
        ("Kettle 2000", "49.90 EUR", "1.7 l", "2200 W"),
        ("Our shop", "Pick a number"),
    ),
]
