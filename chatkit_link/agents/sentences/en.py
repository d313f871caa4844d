"""English, the language in which sentences are written first; the comments say when each is used."""

SENTENCES = {
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
    "assistant_failed": "This assistant failed while answering. Please try again; the operator of this chat finds the "
    "reason in the log.",
    # Something that the answer needs, and nobody can say from here which
    "service_unreachable": "A service that this assistant needs cannot be reached. Please try again in a moment.",
    "service_timeout": "A service that this assistant needs took too long. Please try again.",
    "data_unreadable": "This assistant received data that it cannot read. Please try again; the operator of this chat "
    "finds the reason in the log.",
    # Tasks in the chat
    "task_failed_title": "{title}: failed",
    "task_failed": "Failed. The assistant was informed and can go on without it.",
    "task_timed_out": "Failed: it took too long. The assistant was informed and can go on without it.",
    "task_unfinished": "Not finished.",
    "task_output_cut": "The result was too long: the assistant received {kept} of {total} characters.",
}
