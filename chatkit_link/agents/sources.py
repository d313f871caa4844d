"""The sources of one thread, each with the number it is cited by.

Numbers go on over the turns of a thread, so that a follow-up may cite what an earlier turn found.
"""

from dataclasses import dataclass

from chatkit.types import Annotation, URLSource


@dataclass(frozen=True, slots=True)
class Source:
    """passage: what was found in it, for the card of a citation; plain text, empty where nothing was."""

    title: str
    url: str
    site: str = ""
    passage: str = ""


class Sources:
    """Number -> source. A url keeps its number when it is found again."""

    def __init__(self, known: dict[int, Source] | None = None) -> None:
        self._by_number = dict(known or {})
        self._numbers = {source.url: number for number, source in self._by_number.items()}

    @property
    def urls(self) -> list[str]:
        """All that were found, as they were given."""
        return list(self._numbers)

    def add(self, source: Source) -> int:
        """The source's number, a new one if it was not known."""
        if source.url not in self._numbers:
            number = max(self._by_number, default=0) + 1
            self._numbers[source.url] = number
            self._by_number[number] = source
        return self._numbers[source.url]

    def put(self, number: int, source: Source) -> None:
        """A source under the number that it had."""
        self._by_number[number] = source
        self._numbers[source.url] = number

    def annotation(self, number: int, index: int) -> Annotation | None:
        """A citation at a place in the text (a character offset), or None for a number that was never assigned."""
        source = self._by_number.get(number)
        if source is None:
            return None
        return Annotation(
            source=URLSource(
                title=source.title,
                url=source.url,
                attribution=source.site or None,
                description=source.passage or None,
            ),
            index=index,
        )

    def to_record(self) -> dict[str, dict[str, str]]:
        """As JSON, for the turn's record."""
        return {
            str(number): {
                "title": source.title,
                "url": source.url,
                "site": source.site,
                "passage": source.passage,
            }
            for number, source in self._by_number.items()
        }

    @staticmethod
    def from_record(record: dict[str, dict[str, str]]) -> dict[int, Source]:
        return {int(number): Source(**source) for number, source in record.items()}
