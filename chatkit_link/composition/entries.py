"""All agents that can be chosen: the bundled one and those of the catalog."""

from chatkit_link.agents.catalog import RESEARCH, Catalog, Entry
from chatkit_link.agents.catalog_texts import BUNDLED, Prompt
from chatkit_link.settings import Settings


def all_entries(settings: Settings, catalog: Catalog) -> dict[str, Entry]:
    """By agent id. What the catalog sets for the bundled one overrides its defaults."""
    entries = {RESEARCH: _research_entry(settings), **catalog.agents}
    changed = catalog.agents.get(RESEARCH)
    if changed is not None and changed.target == RESEARCH:
        given = {name: getattr(changed, name) for name in changed.model_fields_set}
        entries[RESEARCH] = _research_entry(settings).model_copy(update=given)
    return entries


def _research_entry(settings: Settings) -> Entry:
    return Entry(
        target=RESEARCH,
        name="Research",
        description=BUNDLED.description,
        greeting=BUNDLED.greeting,
        placeholder=BUNDLED.placeholder,
        prompts=[
            Prompt(label="What survives a reload?", prompt="How does an answer survive a reload?", icon="bolt"),
            Prompt(label="Bring your own agent", prompt="How do I add my own agent?", icon="agent"),
            Prompt(label="Put it on a server", prompt="How do I deploy it?", icon="globe"),
            Prompt(label="Use a real model", prompt="How do I use a real model?", icon="settings-slider"),
        ]
        if settings.docs is None and settings.offline
        else [],
    )
