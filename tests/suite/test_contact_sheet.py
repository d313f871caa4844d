"""The page and the lines of `make pictures`."""

from html.parser import HTMLParser

from scripts.contact_sheet import Fault, contact_sheet
from scripts.screens import font_for, said_of

PICTURES = ["start--en-1280-light.png", "start--ar-320-dark.png", "rail--en-1280-light.png"]
WIDE = Fault("start", "ar", 320, "<b> 12 px wider than its place")


class Read(HTMLParser):
    """Rows of pictures, by state; and the words."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
        if tag == "img":
            self.rows[-1][-1] = dict(attrs)["src"] or ""

    def handle_data(self, data: str) -> None:
        self.words += data


def test_each_state_has_a_row_and_each_variant_a_column_the_widest_first() -> None:
    read = Read()
    read.feed(contact_sheet(PICTURES))
    assert read.rows == [
        [],
        ["start--en-1280-light.png", "start--ar-320-dark.png"],
        ["rail--en-1280-light.png", ""],
    ]


def test_what_is_wrong_stands_above_the_pictures_as_text() -> None:
    read = Read()
    read.feed(contact_sheet(PICTURES, [WIDE]))
    assert "start, ar at 320 px: <b> 12 px wider than its place" in read.words


def test_missing_letters_are_named_once_with_what_has_them() -> None:
    missing = [
        Fault("start", "ja", 390, "no font has 日 か", "日か"),
        Fault("answer", "ja", 390, "no font has 日", "日"),
    ]
    lines = list(said_of([WIDE, *missing]))
    assert len(lines) == 4
    assert "fonts-ipafont-gothic" in lines[-1]
    assert font_for("ع") == "fonts-dejavu-core"
    assert font_for("ཀ") == "fonts-noto-core"
