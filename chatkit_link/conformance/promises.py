"""What a store promises beyond the SDK's interface.

``chatkit.store.Store`` asks for little: what was saved is loaded, what was deleted is not, a page has at
most ``limit`` rows, following ``after`` leads through every row once, ``save_item`` and
``save_attachment`` are upserts, and NotFoundError stands for what is not there. The suite always checks
that much. Each field here is a stronger promise; it is checked where it is True.
"""

from dataclasses import dataclass, fields

import pytest


@dataclass(frozen=True, slots=True)
class Promises:
    """All of them are made unless set to False; ``Promises.of_the_sdk()`` makes none."""

    #: Two contexts are two users: one's rows are not there for the other. If False, every context is the
    #: same user, and each check opens a store of its own, which must be empty.
    isolates_owners: bool = True
    #: An id that belongs to another user is refused when it is written, too.
    refuses_foreign_ids: bool = True
    #: ``load_threads`` sorts by the last item that was added, not by creation.
    orders_by_activity: bool = True
    #: A cursor leads on after the row it was made from is gone.
    cursors_survive_deletes: bool = True
    #: Saving a thread that was loaded before it was deleted does not bring it back.
    never_resurrects: bool = True
    #: Two writers who load a thread and change different fields of it both succeed.
    merges_changes: bool = True
    #: Changing what was loaded or saved changes nothing in the store.
    gives_copies: bool = True
    #: Text with a NUL or half a surrogate pair is taken, at the cost of that character.
    takes_any_text: bool = True
    #: Ids have enough random bits for hundreds of thousands of items (the SDK's default has 32).
    wide_ids: bool = True
    #: An attachment that belongs to one thread cannot be moved into another.
    binds_attachments: bool = True

    @classmethod
    def of_the_sdk(cls) -> "Promises":
        """Only what every store must do."""
        return cls(**{field.name: False for field in fields(cls)})

    def need(self, *names: str) -> None:
        """Skip the check unless all of these promises are made."""
        for name in names:
            if not getattr(self, name):
                pytest.skip(f"this store does not promise {name}")
