"""All agents that can be chosen: the bundled one and those of the catalog."""

from chatkit_link.agents.bundled_prompts import prompt_locales, prompts_in
from chatkit_link.agents.catalog import RESEARCH, Catalog, Entry
from chatkit_link.agents.catalog_texts import BUNDLED
from chatkit_link.settings import Settings


def all_entries(settings: Settings, catalog: Catalog) -> dict[str, Entry]:
    """By agent id. What the catalog sets for the bundled one overrides its defaults."""
    entries = {RESEARCH: _research_entry(settings), **catalog.agents}
    changed = catalog.agents.get(RESEARCH)
    if changed is not None and changed.target == RESEARCH:
        given = {name: getattr(changed, name) for name in changed.model_fields_set}
        if "prompts" in given:
            given.setdefault("locales", {})
        entries[RESEARCH] = _research_entry(settings).model_copy(update=given)
    return entries


def _research_entry(settings: Settings) -> Entry:
    has_prompts = settings.docs is None and settings.offline
    return Entry(
        target=RESEARCH,
        name="Research",
        description=BUNDLED.description,
        greeting=BUNDLED.greeting,
        placeholder=BUNDLED.placeholder,
        prompts=prompts_in("en") if has_prompts else [],
        locales=prompt_locales() if has_prompts else {},
    )
