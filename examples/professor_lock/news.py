"""Made-up news, in which the search looks where the server has no web search: so "injury report" finds one."""

import re
from collections.abc import AsyncIterator

from chatkit_link.search import SearchEvent, SearchResult

from . import moments

#: Title and text; of the teams of the sample games.
_NEWS = (
    (
        "Injury report: New York Yankees",
        "The injury report of the Yankees has right fielder Theo Marsh, day to day with a tight hamstring.",
    ),
    ("Injury report: Boston Red Sox", "The injury report of the Red Sox has nobody new, and the bullpen is rested."),
    (
        "Injury report: New York Knicks",
        "The injury report of the Knicks has Sam Porter as probable; their starting centre is out.",
    ),
    ("Injury report: Boston Celtics", "The injury report of the Celtics has two forwards as questionable."),
    ("Injury report: Dallas Cowboys", "The injury report of the Cowboys has their left tackle as doubtful."),
    ("Injury report: Philadelphia Eagles", "The injury report of the Eagles rules nobody out."),
    ("Weather: wind for the evening games", "A wind from left field is expected in Boston, which favours the under."),
    ("Lineups: Dodgers rest a regular", "The Dodgers rest their shortstop in San Diego; the bench bats ninth."),
)


class SampleNews:
    """A search provider that needs no key: it compares words."""

    name = "sample"
    label = "sample news, which is made up"

    def __init__(self, clock: moments.Clock = moments.now) -> None:
        self._clock = clock

    async def search(self, query: str, *, limit: int) -> AsyncIterator[SearchEvent]:
        wanted = _words(query)
        scored = [(len(wanted & _words(f"{title} {text}")), title, text) for title, text in _NEWS]
        best = max(score for score, _, _ in scored)
        for score, title, text in scored:
            # "injury report" finds all of them, "Yankees injury" the one.
            if score and score == best and limit:
                limit -= 1
                yield SearchResult(
                    title=title,
                    url=f"https://example.com/#{re.sub(r'[^a-z]+', '-', title.lower())}",
                    site="sample news, made up",
                    snippet=text,
                    published=self._clock().date().isoformat(),
                )


def _words(text: str) -> set[str]:
    """Without their endings, so that "injuries" and "injured" are near to "injury"."""
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower())}
