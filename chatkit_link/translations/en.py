"""English, the language in which texts are written first; the comments say where each belongs."""

TEXTS = {
    # The model's server: who asks, and for what
    "model_key_refused": "The model's server did not accept the API key. The operator of this chat must check "
    "OPENAI_API_KEY.",
    "model_not_allowed": "The model's server does not allow this request for the operator's account. The operator of "
    "this chat must check the account's permissions.",
    "model_unverified": "The model's server wants the operator's organization to be verified before it answers. The "
    "operator of this chat must verify it.",
    "model_region_blocked": "The model's server does not serve the region that this chat runs in. The operator of this "
    "chat must use another server.",
    "model_unknown": "The model's server does not know this model or this address. The operator of this chat must "
    "check CHATKIT_LINK_MODEL and OPENAI_BASE_URL.",
    "model_unknown_in_file": "The model's server does not know the model {model}, which this assistant's file names "
    "({place}). The operator of this chat must put another one there.",
    "model_misconfigured": "The model's server cannot be used as it is set up. The operator of this chat must check "
    "OPENAI_API_KEY and OPENAI_BASE_URL.",
    "model_out_of_credit": "The operator's account at the model's server is out of credit. The operator of this chat "
    "must check its billing.",
    # The model's server: what passes by itself
    "model_busy": "The model's server accepts no more requests right now. Please try again in a moment.",
    "model_busy_seconds": "The model's server accepts no more requests right now. Please try again in about {number} "
    "seconds.",
    "model_busy_minutes": "The model's server accepts no more requests right now. Please try again in about {number} "
    "minutes.",
    "model_timeout": "The model's server took too long to answer. Please try again.",
    "model_unreachable": "The model's server cannot be reached. Please try again in a moment.",
    "model_failed": "The model's server failed while answering. Please try again.",
    "file_search_timeout": "The file search of the model's server took too long. Please try again.",
    # The model's server: what is in the request
    "model_refused": "The model's server refused the request. As far as is known, your message is not the reason. The "
    "operator of this chat finds the server's answer in the log.",
    "model_setting_refused": "The model does not accept a setting of this assistant. The operator of this chat finds "
    "its name in the log and must change it.",
    "context_too_long": "This chat is too long for the model. Start a new chat, or send a shorter message.",
    "context_shortened": "The beginning of this chat was left out of this answer: all of it is too long for the model.",
    "request_too_large": "The model's server refused the request because it is too large. Start a new chat, or send "
    "less text and smaller files.",
    "prompt_blocked": "The model's server does not answer this because of its usage rules. Write your message in "
    "another way, or ask something else.",
    "image_refused": "The model's server cannot use an image of this chat. Send it in another format or size, or start "
    "a new chat without it.",
    "image_blocked": "The model's server does not take an image of this chat because of its usage rules. Start a new "
    "chat without it.",
    # The answer
    "answer_cut": "The answer stops here because the model reached its limit of output tokens. Ask it to continue, or "
    "ask for a shorter answer.",
    "answer_filtered": "The answer stops here because the content filter of the model's server withheld the rest. Ask "
    "in another way.",
    "answer_empty": "The model ended without an answer. Please try again.",
    "answer_disconnected": "The connection to the model's server broke off before the answer was complete. Please try "
    "again.",
    "answer_unreadable": "What the model's server sent cannot be read as an answer. Please try again; if it happens "
    "again, the operator of this chat must check OPENAI_BASE_URL.",
    "answer_unusable": "The model gave an answer that this assistant cannot use. Please try again.",
    "answer_declined": "The model declined to answer. Ask in another way.",
    "answer_interrupted": "The server was restarted before this answer was complete. What there was is kept; please "
    "try again.",
    # The assistant
    "too_many_steps": "The assistant was stopped because it needed too many steps. Ask for less at once, or in "
    "another way.",
    "question_blocked": "This assistant may not answer that.",
    "answer_blocked": "The answer was withheld by this assistant's rules.",
    "tool_blocked": "This assistant's rules stopped one of its tools, and without it there is no answer. Ask in "
    "another way.",
    "tool_broke": "A tool of this assistant failed, and without it there is no answer. Please try again; the operator "
    "of this chat finds the reason in the log.",
    "tool_timeout": "A tool of this assistant took too long, and without it there is no answer. Please try again.",
    "assistant_misconfigured": "This assistant is not set up correctly. The operator of this chat finds the reason in "
    "the log.",
    "hosted_tools_unsupported": "This assistant uses a tool that only OpenAI's Responses API runs. The operator "
    "of this chat must unset CHATKIT_LINK_OPENAI_API.",
    "vector_store_missing": "The vector store that this assistant searches is not there. The operator of "
    "this chat must check its id.",
    "file_unread": "This assistant cannot read files. Start a new chat and ask without one.",
    "mention_unread": "This assistant cannot read mentions with @. Start a new chat and write the name without one.",
    "assistant_failed": "This assistant failed while answering. Please try again; the operator of this chat finds the "
    "reason in the log.",
    # Something that the answer needs, and nobody can say from here which
    "assistant_stopped": "This assistant stopped running before this answer was complete. What there was is kept; "
    "please try again.",
    "service_unreachable": "A service that this assistant needs cannot be reached. Please try again in a moment.",
    "service_timeout": "A service that this assistant needs took too long. Please try again.",
    "data_unreadable": "This assistant received data that it cannot read. Please try again; the operator of this chat "
    "finds the reason in the log.",
    # Tasks in the chat
    "task_failed_title": "{title}: failed",
    "task_failed": "Failed. The assistant was informed and can go on without it.",
    "task_uncertain_title": "{title}: unclear",
    "task_uncertain": "The server was restarted meanwhile. This may or may not have been done. The "
    "assistant was informed.",
    "task_may_be_done": "The server was restarted meanwhile. This may or may not have been done.",
    "task_timed_out": "Failed: it took too long. The assistant was informed and can go on without it.",
    "task_unfinished": "Not finished.",
    "task_output_cut": "The result was too long: the assistant received {kept} of {total} characters.",
    # Signing in
    "searched_nothing": "Searched, and found nothing",
    "searched_document": "Searched 1 document",
    "searched_documents": "Searched {number} documents",
    "searched_page": "Searched 1 page",
    "searched_pages": "Searched {number} pages",
    "search_failed": "The search failed",
    "search_timeout": "The search took too long.",
    "signed_out": "Sign in first.",
    "sign_in_expired": "Your sign-in has expired: sign in again.",
    "sign_in_unavailable": "Your sign-in cannot be checked at the moment. Please try again in a few seconds.",
    "session_expired": "This session has expired. Reload the page to start a new one.",
    "session_cancelled": "This session was cancelled. Reload the page to start a new one.",
    # What is not there
    "not_found": "There is nothing by that id, or it is not yours.",
    "agent_not_found": "There is no such assistant on this server.",
    "agent_unavailable": "This assistant is not available. The operator of this chat has to mend it.",
    "offline_model": "The offline model answers, which is no language model. Set OPENAI_API_KEY for a real one.",
    "thread_not_found": "There is no such thread, or it is not yours. It may have been deleted.",
    "thread_out_of_reach": "This session does not reach back to that chat. Please start a new one.",
    "item_not_found": "There is no such item in this thread. It may have been deleted or replaced by a retry.",
    "item_unreadable": "This part of the chat cannot be displayed.",
    "attachment_not_found": "There is no such attachment, or it is not yours. Please attach the file again.",
    "document_not_found": "There is no such document here.",
    "document_link_expired": "This link is not valid any more: ask the assistant for the document again.",
    # The server
    "unavailable": "The server cannot answer right now. Please try again in a moment.",
    "server_restarting": "The server is restarting. Please send that again in a moment.",
    "database_unavailable": "The database cannot be reached right now. Please try again in a moment.",
    "database_timeout": "The database did not answer in time. Please try again in a moment.",
    "internal_error": "Something went wrong on the server. If it stays so, name the request {request_id}.",
    # Limits: what is counted, and which budget it is, stand in other entries
    "rate_limited": "Too many {what}: at most {most} a minute. Please try again in {seconds} s.",
    "network_rate_limited": "Too many {what} from your network: at most {most} a minute. Please try again in "
    "{seconds} s.",
    "user_crowded": "Too many of your requests are being worked on. Wait for one of them, and try again.",
    "network_crowded": "Too many requests from your network are being worked on. Please try again in {seconds} s.",
    "server_crowded": "The server is working on too many requests. Please try again in {seconds} s.",
    "counted_messages": "messages",
    "counted_uploads": "files",
    "counted_transcriptions": "recordings",
    "counted_refreshes": "refreshes",
    "counted_sessions": "new sessions",
    "counted_shares": "reads of shared chats",
    "session_files_used_up": "This session takes at most {most} files.",
    "too_many_answers": "Too many answers at once: {most} are being written for you already. Wait for one of them, or "
    "stop one.",
    "budget_used_up": "{budget} is used up. It starts again on {until.day} {until:%B %Y} at 00:00 UTC.",
    "budget_used_up_by_answer": "{budget} is used up with this answer. It starts again on {until.day} {until:%B %Y} at "
    "00:00 UTC.",
    "budget_nearly_used_up": "{budget} is nearly used up: {percent} % are gone.",
    "budget_user_day": "Your budget for today",
    "budget_user_month": "Your budget for this month",
    "budget_tenant_day": "The budget for today",
    "budget_tenant_month": "The budget for this month",
    # A chat and its messages
    "message_edited": "This message was changed in another window meanwhile. Reload the chat to see it as it is now.",
    "thread_busy": "An answer is still being written in this chat. Wait for it, or stop it first.",
    "queue_full": "There is no room for another message: at most {most} can wait. Wait for the answer, or remove one.",
    "message_not_queued": "This message does not wait any more: it was sent or removed.",
    "thread_locked": "This chat is locked{reason}. It takes no messages for now.",
    "thread_closed": "This chat is closed{reason}. Start a new one to go on.",
    "thread_status_reason": ": {reason}",
    "message_empty": "The message is empty: write something or attach a file.",
    "message_too_long": "The message has {length} characters; at most {most} fit. Shorten it, or send the text as a "
    "file.",
    "message_too_many_files": "At most {most} files fit into one message.",
    "body_too_large": "The request is too large: at most {most} bytes fit.",
    "share_not_found": "There is no chat behind this link. It may have expired, or its owner has withdrawn it.",
    "shares_full": "This chat has {most} links already. Withdraw one first.",
    "nothing_to_share": "There is nothing to share in this chat yet.",
    "sharing_off": "Sharing is turned off on this server.",
    "title_empty": "A chat needs a title: write at least one character.",
    "title_too_long": "The title is too long: at most {most} characters.",
    "model_not_offered": "This assistant does not offer that model.",
    "tool_not_offered": "This assistant does not offer that tool.",
    "question_answered": "This question has been answered already.",
    "output_not_expected": "No tool call is waiting for an output in this chat. It may have been answered already.",
    "answer_not_kept": "That answer ended a while ago, and its events are not kept any more. Reload the chat.",
    "stop_failed": "The answer could not be stopped yet. Please try again in a moment.",
    # Dictation
    "dictation_off": "This assistant takes no dictation. Please type instead.",
    "dictation_failed": "The dictation could not be turned into text. Please try again.",
    "recording_empty": "The recording is empty. Please record again.",
    "recording_too_long": "The recording is too long: at most {most} bytes fit. Dictate in pieces.",
    # Widgets
    "action_unknown": "This assistant does not answer that action.",
    "action_not_offered": "This widget does not offer that. Reload the chat and try again.",
    "action_invalid": "That cannot be done: {reason}.",
    "action_failed": "The assistant failed at what you clicked or sent, and nothing came of it. You can do it again; "
    "the operator of this chat finds the reason in the log.",
    "action_timeout": "What you clicked or sent took too long and was stopped. You can do it again.",
    # Files
    "files_not_taken": "This assistant takes no files.",
    "file_empty": "The file is empty.",
    "file_too_large": "The file is too large: at most {most} bytes fit.",
    "file_larger_than_announced": "The file is larger than was announced, or than fits. Please attach a smaller one.",
    "type_not_taken": "Files of this type are not taken here. Taken are: {types}.",
    "not_an_image": "The file is called an image, but its content is none. Please attach the image itself.",
    "not_a_pdf": "The file is called a PDF, but its content is none. Please attach the PDF itself.",
    "not_a_text": "The file begins as text, but is none further on. Please attach it as what it is.",
    "image_too_large": "The image is too large: at most {most} million pixels fit.",
    "image_unreadable": "The image cannot be read. It may be damaged: try to save it again, or as a PNG.",
    "image_not_made": "What the model has made is no image that can be shown.",
    "no_room_left": "Your files have used up their space. Delete chats with files in them to make room.",
    "no_room_left_here": "There is no space left for files here. Please ask the operator of this chat.",
    "upload_stalled": "The upload stood still for too long. Please try again.",
    "upload_broke_off": "The upload broke off. Please try again.",
    "file_uploaded_already": "This file has been uploaded already, or was deleted meanwhile. Please attach it again.",
    "file_not_uploaded": "The file “{name}” has not been uploaded yet. Wait for it, or attach it again.",
    "file_of_another_chat": "The file “{name}” belongs to another chat. Please attach it again.",
    "file_gone": "The content of this file is gone. Please attach it again.",
    "file_link_expired": "There is no such file, or the link to it has expired. Reload the chat for a new one.",
    "storage_unavailable": "The file storage cannot be reached right now. Please try again in a moment.",
    # What an assistant was not given
    "file_not_shown": "The assistant was not shown {name}: {reason}",
    "pictures_not_shown": "The assistant was not shown the pictures: this model takes no images.",
    "reason_no_images": "this model takes no images.",
    "reason_too_many_images": "it is shown the newest {most} images only.",
    "reason_no_picture": "there is no picture of it.",
    "reason_too_much_text": "there is more text in this chat's files than fits.",
    "reason_no_text": "no text can be read from it.",
    "reason_deleted": "it was deleted.",
    "reason_unreadable": "it cannot be read right now.",
    "tools_unavailable": "The assistant cannot answer now, because the tools of {server} are not available.",
    "tools_left_out": "The tools of {server} are not available now, so the assistant answers without them.",
    # Workflows
    "assistant_changed": "This assistant was changed while it waited for you, so it begins again.",
    "answer_begins_again": "This assistant was changed while it answered, so it begins again.",
    "workflow_failed": "This assistant's workflow failed ({place}: {error}).",
    "workflow_endless": "This assistant's workflow goes round in circles ({place}).",
    "workflow_calls": "This assistant's workflow was stopped after {number} model calls ({place}).",
    "step_uncertain": "The server stopped in the middle of “{name}”, and it is not known whether that was "
    "done. Please check before you ask for it again.",
    "workflow_only_sorted": "This was sorted as “{category}”, and nothing more happens with it.",
    "workflow_no_answer": "The workflow has ended without an answer.",
    "guardrails_missing": "This assistant has guardrails that cannot run here, so it does not answer. The operator of "
    "this chat must install the package {package}.",
    "guardrails_failed": "This assistant's guardrails could not ask their model, so it does not answer. Please try "
    "again in a moment.",
    # A chat as a document
    "export_user": "You",
    "export_sources": "Sources",
    "export_untitled": "Untitled chat",
}
