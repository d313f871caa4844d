"""A server that made its own store: ours takes its place, or it is kept beside ours.

``store = "replace"``: whatever held its store or its attachment store holds ours.
``store = "keep"``: see ``kept_store.py``.
"""

from typing import Any

from chatkit.server import ChatKitServer
from chatkit.store import AttachmentStore, Store

from chatkit_link.agents.brought_servers.holders import replace_everywhere
from chatkit_link.agents.brought_servers.stand_in import stand_in
from chatkit_link.errors import ConfigurationError


def replace_own_stores(
    server: ChatKitServer[Any], store: Store[Any], files: AttachmentStore[Any] | None, what: str
) -> None:
    """Put our store, and our file store if it has one, in the place of its own.

    Raises:
        ConfigurationError: its store cannot be replaced.
    """
    own, own_files = server.store, server.attachment_store
    keep = 'To keep its own store, write store = "keep" in chatkit-link.toml.'
    places: dict[int, tuple[object, object]] = {}
    if not isinstance(own, type(store)):
        places[id(own)] = (own, _in_place_of(own, store, keep, what))
    if own_files is not None and files is not None and not isinstance(own_files, type(files)):
        advice = f"Its read(attachment_id, context) returns the bytes of a file. {keep}"
        places[id(own_files)] = (own_files, _in_place_of(own_files, files, advice, what, also=own))
    if not places:
        return
    replace_everywhere(server, places)
    if not isinstance(server.store, type(store)):
        raise ConfigurationError(f"{what}: its attribute store cannot be replaced. {keep}")


def _in_place_of(own: object, ours: Any, advice: str, what: str, *, also: object | None = None) -> Any:
    try:
        return stand_in(ours, type(own), own, advice, also=also)
    except TypeError as error:
        raise ConfigurationError(
            f"{what}: ChatKit Link's store cannot take the place of its {type(own).__name__} ({error}). {advice}"
        ) from error
