"""What a user loses where a check of a store fails; by the name of the check."""

from collections.abc import Mapping
from typing import Final

LOSSES: Final[Mapping[str, str]] = {
    "test_a_thread_is_read_as_it_was_saved": "the title, the state or the metadata of a chat",
    "test_an_item_of_every_type_is_read_as_it_was_added": "a message, or a part of it, after a reload",
    "test_an_attachment_is_read_as_it_was_saved_and_saved_again": "a file, or its preview, after a reload",
    "test_times_have_no_zone": "the answer: the SDK cannot subtract such times, and fails where a workflow continues",
    "test_what_is_not_there_is_refused": "a clear answer: an unknown chat looks empty, or fails the server",
    "test_an_item_of_another_thread_is_not_in_this_one": "the border of two chats: a message shows up in the other",
    "test_changing_what_was_loaded_or_saved_changes_nothing_in_the_store": "messages that are changed without a save",
    "test_a_nul_or_half_an_emoji_does_not_lose_the_text": "a pasted message that has such a character in it",
    "test_an_item_that_is_saved_again_changes_in_its_place": "the order of a chat: a changed message moves or doubles",
    "test_an_item_that_was_never_added_can_be_saved": "an answer that was stopped: the SDK saves it without adding it",
    "test_two_changes_to_one_thread_are_both_kept": "a new title, when an answer ends at the same time",
    "test_a_deleted_thread_is_gone_with_its_items": "privacy: a deleted chat can still be read",
    "test_a_deleted_thread_stays_deleted": "the deletion: a chat comes back when its answer ends",
    "test_removing_an_item_that_was_never_stored_is_no_error": "the answer, when the SDK removes what it only showed",
    "test_another_user_finds_nothing_there": "privacy: another user reads or changes the chat",
    "test_the_list_shows_only_ones_own": "privacy: the history lists chats of other users",
    "test_a_cursor_of_another_user_shows_nothing_of_theirs": "privacy: a page of the history has another user's chats",
    "test_another_user_finds_no_attachment": "privacy: another user reads or deletes the file",
    "test_an_id_of_another_user_cannot_be_taken": "a chat or a message that another user overwrites",
    "test_one_item_id_in_two_threads_overwrites_neither": "a message: ids of models repeat, and the later one wins",
    "test_an_attachment_cannot_be_moved_into_another_thread": "a file that leaves its chat",
    "test_an_attachment_cannot_be_put_into_another_users_thread": "privacy: a file appears in the chat of another user",
    "test_an_attachment_cannot_be_put_into_an_unknown_thread": "a file that no chat has",
    "test_ids_do_not_collide": "a message that a later one with the same id overwrites",
    "test_pages_of_every_size_show_each_item_once_and_in_order": "messages that no page has, when a long chat is read",
    "test_pages_of_every_size_show_each_thread_once": "chats that the history never lists",
    "test_threads_are_listed_by_their_last_activity": "the chat that was used last, far down in the history",
    "test_what_comes_and_goes_between_two_pages_moves_nothing_else": "messages, while others come and go",
    "test_a_page_leads_on_after_all_of_it_is_deleted": "the rest of the history, after a deletion",
    "test_sixty_four_writers_lose_nothing": "messages that are written at the same time",
    "test_sixty_four_writers_of_one_item_make_one_item": "the order of a chat: one message is there several times",
    "test_sixty_four_writers_of_three_users_stay_apart": "privacy, when users write at the same time",
    "test_any_history_leaves_what_a_plain_model_leaves": "something of a chat, after the steps above",
}


def add_loss(error: BaseException, check: str) -> None:
    """Puts it below the message of a failed check."""
    if loss := LOSSES.get(check):
        error.add_note(f"What a user loses: {loss}.")
