"""What a page shows of an agent, in the language of whoever reads it.

::

    [agents.support]
    greeting = "What can I do for you?"

    [agents.support.locales.de]
    greeting = "Was kann ich für Sie tun?"
    prompts = [{ label = "Öffnungszeiten", prompt = "Wann haben Sie geöffnet?" }]
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from chatkit_link.translations import language_of


class Prompt(BaseModel):
    """One suggestion on the start screen."""

    model_config = ConfigDict(extra="forbid")

    label: str
    prompt: str
    icon: str | None = None


class Texts(BaseModel):
    """The texts of an agent in one language; what is missing is as the agent itself has it."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    description: str = ""
    greeting: str = ""
    placeholder: str = ""
    notice: str = ""
    prompts: list[Prompt] = Field(default_factory=list[Prompt])


#: What the bundled agent says itself, in English.
BUNDLED = Texts(
    description="Searches, reads, and answers with citations.",
    greeting="What would you like to know?",
    placeholder="Ask a question",
)


def in_words_of(locale: str, text: str) -> str:
    """A text as a reader is given it: nothing of our own in English to others, for whom a chat has words itself."""
    ours = (BUNDLED.description, BUNDLED.greeting, BUNDLED.placeholder)
    return "" if text in ours and language_of(locale) != "en" else text


def texts_for(locales: Mapping[str, Texts], locale: str) -> Texts:
    """The texts for a reader of this BCP 47 tag: of the very tag, of its language, or none."""
    known = {tag.replace("_", "-").lower(): texts for tag, texts in locales.items()}
    asked = locale.replace("_", "-").lower()
    language = asked.partition("-")[0]
    # Chinese is chosen by its script, which a tag such as zh-TW does not name.
    for tag in (asked, language_of(locale).lower() if language in {"zh", "yue"} else language):
        if tag in known:
            return known[tag]
    return Texts()
