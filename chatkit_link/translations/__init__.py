"""What a user of the chat reads from the server, in every language of the chat: one catalogue, keyed by code.

Here is what a user can meet in the chat: why a request was refused, why an answer failed, what an assistant was not
given. What only a developer, an operator or a back end can meet stays an English sentence where it is raised: JSON
that cannot be read, a parameter out of range, a bearer token that is malformed, a setting that cannot work, the
sessions API, the workshop and the demo page. So does what a search reports, which is for the model.

There is one file per language, with the languages of ``frontend/src/language``.
"""

from chatkit_link.translations.localized import CATALOGUE, Localized, language_of

__all__ = ["CATALOGUE", "Localized", "language_of"]
