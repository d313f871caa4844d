"""What a catalog says that works in another way than it is written: told in the log of a start and by ``agents``."""

from collections.abc import Iterator, Mapping

from chatkit_link.agents.catalog import Entry
from chatkit_link.widgets.icon_names import is_icon, unknown_icon


def icon_notices(entries: Mapping[str, Entry]) -> Iterator[str]:
    """A sentence for each icon of a prompt that ChatKit does not have: the prompt is displayed all the same."""
    for agent_id, entry in entries.items():
        for prompt in entry.prompts:
            if prompt.icon is not None and not is_icon(prompt.icon):
                yield (
                    f"[agents.{agent_id}]: the prompt {prompt.label!r} is displayed with another icon or none: "
                    f"{unknown_icon(prompt.icon)}."
                )
