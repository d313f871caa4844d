"""Attachments are saved, changed, deleted, and tried by other users."""

from collections.abc import Awaitable

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chatkit_link.conformance import factories
from chatkit_link.conformance.machine.state import PICK, TEXT, WHO, StoreState


class AttachmentRules(StoreState):
    """In a thread, or in none yet."""

    @rule(who=WHO, picture=st.booleans(), in_thread=st.booleans(), pick=PICK)
    def save_attachment(self, who: int, picture: bool, in_thread: bool, pick: int) -> None:
        owner = who % len(self.users)
        new = factories.image(factories.new_id("atc")) if picture else factories.attachment()
        own = self.model.threads_of(owner)
        if in_thread and own:
            new.thread_id = own[pick % len(own)].data.id
        try:
            self.harness.run(self.store.save_attachment(new, self.users[owner]))
        except NotImplementedError:  # a store without attachments, as a check of its own says
            return
        self.model.attachments[new.id] = owner, new

    @precondition(lambda self: self.model.attachments)
    @rule(pick=PICK, name=TEXT)
    def change_attachment(self, pick: int, name: str) -> None:
        owner, saved = self.an_attachment(pick)
        new = saved.model_copy(update={"name": name, "upload_descriptor": None})
        self.harness.run(self.store.save_attachment(new, self.users[owner]))
        self.model.attachments[new.id] = owner, new

    @precondition(lambda self: self.model.attachments)
    @rule(pick=PICK)
    def delete_attachment(self, pick: int) -> None:
        owner, saved = self.an_attachment(pick)
        who = self.users[owner]

        async def delete() -> None:
            await self.store.delete_attachment(saved.id, who)
            await self.harness.refused(self.store.load_attachment(saved.id, who), "loading a deleted attachment")

        self.harness.run(delete())
        del self.model.attachments[saved.id]

    @precondition(lambda self: self.harness.promises.isolates_owners and self.model.attachments)
    @rule(pick=PICK, step=st.integers(1, 2), how=st.sampled_from(["load", "delete", "save"]))
    def trespass_on_an_attachment(self, pick: int, step: int, how: str) -> None:
        owner, saved = self.an_attachment(pick)
        other_user = self.users[(owner + step) % len(self.users)]
        match how:
            case "load":
                tried: Awaitable[object] = self.store.load_attachment(saved.id, other_user)
            case "delete":
                tried = self.store.delete_attachment(saved.id, other_user)
            case _ if self.harness.promises.refuses_foreign_ids:
                tried = self.store.save_attachment(factories.attachment(saved.id), other_user)
            case _:
                return
        self.harness.run(self.harness.refused(tried, f"{how} of another user's attachment"))
