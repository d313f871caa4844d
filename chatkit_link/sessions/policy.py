"""What a session allows, and the one place where that is enforced.

Whatever a request names passes ``require_allowed``: what stands in a route's path or query before the route is
entered (``http/identify.py``), what stands in the body of a ChatKit request by ``require_request_allowed``. A name
that has no check here is refused, so a new route is closed to sessions until it is given one.
A caller without a session passes everything: such a caller is limited by ownership alone (``store/tenancy.py``).

Where each field of a ``SessionPolicy`` counts:

    agent                        ``chosen_agent`` and ``may_use_agent``: routes with an agent, the list of agents
    history, recent_threads      ``reach.py``: threads, runs and files by id, signed links, and the list of threads
    uploads, max_file_size       ``require_uploads`` and ``upload_limit``: uploads, and files named in a message
    max_files, per_minute        counted at each request that costs something (``limits/rates.py``)
    titling                      ``allows_titles``
    state, untrusted_state       limit nothing: they are handed to the agent
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Final

from chatkit.types import AttachmentsCreateReq, ChatKitReq, UserMessageInput

from chatkit_link.caller import Caller, SessionPolicy, StateValue
from chatkit_link.errors import Forbidden, NotFound, TooLarge
from chatkit_link.sessions.reach import require_file, require_files, require_run, require_thread
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.sessions import StoredSession
from chatkit_link.translations import Localized

_MEGABYTE: Final = 1_000_000
#: Beside the workflow of a stored session: whether its state variables are those of a back end.
TRUSTED: Final = "trusted"

Check = Callable[[PostgresStore, str, Caller], Awaitable[object]]


def is_trusted(session: StoredSession) -> bool:
    """Whether a holder of the server key chose the session's state. Not known of those that earlier versions made."""
    return session.workflow.get(TRUSTED) is True


def session_policy(session: StoredSession, agent: str) -> SessionPolicy:
    """What a stored session allows."""
    uploads, history = session.configuration["file_upload"], session.configuration["history"]
    state: dict[str, StateValue] = session.workflow["state_variables"] or {}
    trusted = is_trusted(session)
    return SessionPolicy(
        id=session.id,
        agent=agent,
        state=state if trusted else {},
        untrusted_state={} if trusted else state,
        per_minute=session.per_minute,
        lifetime=int((session.expires_at - session.created_at).total_seconds()),
        titling=session.configuration["automatic_thread_titling"]["enabled"],
        uploads=uploads["enabled"],
        max_files=uploads["max_files"],
        max_file_size=uploads["max_file_size"] * _MEGABYTE,
        history=history["enabled"],
        recent_threads=history["recent_threads"],
    )


async def require_allowed(store: PostgresStore, caller: Caller, named: Iterable[tuple[str, str]]) -> None:
    """Check what a request names against the caller's session.

    named: pairs such as ``("thread_id", "thr_1")``.

    Raises:
        NotFound: a thread, run, file or session that this session does not reach.
        Forbidden: another agent, or a name that no session may use.
    """
    if caller.session is None:
        return
    for name, value in named:
        check = CHECKS.get(name)
        if check is None:
            raise Forbidden("This address is not open to sessions.")
        await check(store, value, caller)


async def require_request_allowed(store: PostgresStore, caller: Caller, request: ChatKitReq) -> None:
    """The same for the body of a ChatKit request, with the files that its message carries.

    Raises as ``require_allowed``, and:
        Forbidden: the session takes no files.
        TooLarge: a file is larger than the session takes.
    """
    if caller.session is None:
        return
    await require_allowed(store, caller, _named_in(request))
    if isinstance(request, AttachmentsCreateReq):
        require_uploads(caller, request.params.size)
    message = getattr(request.params, "input", None)
    if isinstance(message, UserMessageInput) and message.attachments:
        require_uploads(caller)
        for file in await require_files(store, message.attachments, caller):
            require_uploads(caller, file.size)


def _named_in(request: ChatKitReq) -> Iterator[tuple[str, str]]:
    for name, value in request.params:
        if name.endswith("_id") and value is not None:
            yield name, str(value)


def chosen_agent(caller: Caller, named: str | None, default: str) -> str:
    """The agent that a request is for: the named one, else the session's, else the server's default.

    Raises:
        Forbidden: the caller's session is for another one.
    """
    if caller.session is None:
        return named or default
    if not may_use_agent(caller, named or caller.session.agent):
        raise Forbidden("This session is for another assistant: ask for one that is for this one.")
    return caller.session.agent


def may_use_agent(caller: Caller, agent: str) -> bool:
    return caller.session is None or caller.session.agent == agent


def require_uploads(caller: Caller, size: int = 0) -> None:
    """Raises Forbidden where the session takes no files, and TooLarge where it takes none of ``size`` bytes."""
    session = caller.session
    if session is None:
        return
    if not session.uploads:
        raise Forbidden(Localized("files_not_taken"))
    if size > session.max_file_size:
        raise TooLarge(Localized("file_too_large", most=session.max_file_size))


def upload_limit(caller: Caller, server_limit: int) -> int:
    """Bytes that one file of this caller's may have; 0 where the session takes no files."""
    session = caller.session
    if session is None:
        return server_limit
    return min(server_limit, session.max_file_size) if session.uploads else 0


def allows_titles(caller: Caller) -> bool:
    """Whether new threads of this caller's are given titles."""
    return caller.session is None or caller.session.titling


def require_no_session(caller: Caller) -> None:
    """Raises Forbidden for the holder of a client secret."""
    if caller.session is not None:
        raise Forbidden("A client secret creates no sessions: ask the server that issued it for a new one.")


def session_not_found() -> NotFound:
    return NotFound("There is no such session, or it is not yours. It may have been over for a day.")


async def _require_agent(_: PostgresStore, agent: str, caller: Caller) -> None:
    chosen_agent(caller, agent, agent)


async def _require_same_session(_: PostgresStore, session_id: str, caller: Caller) -> None:
    if caller.session is not None and caller.session.id != session_id:
        raise session_not_found()


async def _no_limit(_: PostgresStore, __: str, ___: Caller) -> None:
    """For what is looked up inside of something that is checked: an item in its thread, a mention by its agent; and for
    a link that is its own permission.
    """


#: Name of a parameter -> what it must pass.
CHECKS: Final[Mapping[str, Check]] = {
    "thread_id": require_thread,
    "run_id": require_run,
    "file_id": require_file,
    "attachment_id": require_file,
    "agent": _require_agent,
    "session_id": _require_same_session,
    "item_id": _no_limit,
    "queued_id": _no_limit,
    "share_id": _no_limit,
    "token": _no_limit,
    "entity_id": _no_limit,
}
