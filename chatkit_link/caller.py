"""The caller of a request.

A ``Caller`` is made once per request by ``identity/``, passed explicitly to everything below it, and
is the context (``TContext``) of every ChatKit call. Nothing about a user is passed in any other way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

#: What a workflow's state variable may hold.
StateValue = str | int | float | bool


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """What a client secret allows its holder, as chosen when the session was made (``sessions/policy.py`` enforces it).

    agent: the only one that may be used. state: state variables for it, as a back end with the server key set them.
    untrusted_state: state variables that the user chose, by a page: never a reason to allow anything.
    per_minute: messages, and recordings, within a minute at most. lifetime: seconds of the whole session.
    titling: whether threads are given titles. uploads: whether files may be attached.
    max_files: over the whole session. max_file_size: bytes of one of them.
    history: whether threads are listed. recent_threads: how many threads are in reach, ``None`` for all.
    """

    id: str
    agent: str
    state: Mapping[str, StateValue] = field(default_factory=dict[str, StateValue])
    untrusted_state: Mapping[str, StateValue] = field(default_factory=dict[str, StateValue])
    per_minute: int = 10
    lifetime: int = 600
    titling: bool = True
    uploads: bool = False
    max_files: int = 10
    max_file_size: int = 512_000_000
    history: bool = True
    recent_threads: int | None = None


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """What a server key allows the back end that sent it (``identity/scopes.py`` enforces it).

    name: of the key, in the audit log. scopes: ``None`` for the keys of the settings, which may do everything.
    tenant: the only one that it may act for, ``None`` for all. id: of a stored key. address: of the back end.
    """

    name: str
    scopes: frozenset[str] | None = None
    tenant: str | None = None
    id: str | None = None
    address: str | None = None


@dataclass(slots=True)
class Retry:
    """A user message that is answered again while its old answer is still stored.

    All that the new answer starts shares this one object, so that a tool which began early sees ``replaced``, too.

    thread_id, item_id: the message.
    record: the model's side of the new answer (``store/turns.py``), held here until its first item is stored.
    replaced: whether the first item of the new answer has taken the place of the old answer.
    last_seq: where the thread's newest item stood before; what its server stores by itself meanwhile is of the new
        answer. None where there is none of that.
    """

    thread_id: str
    item_id: str
    record: Mapping[str, Any] | None = None
    replaced: bool = False
    last_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """An answer that another replica has begun. What it had stored is no part of what the answer is given to.

    thread_id: of the answer. item_id: the message that is answered, at which the history ends; None where it is not a
    message. last_seq: where the newest item of the thread stood before, where it is none.
    unread: ids of items of the answer that are still to be given again, by a server that begins again.
    """

    thread_id: str
    item_id: str | None
    last_seq: int
    unread: set[str] = field(default_factory=set[str])


@dataclass(frozen=True)
class Caller:
    """One authenticated user (or anonymous browser) within one tenant.

    tenant: the organisation whose data this is; ``"default"`` when the server has only one.
    user: the user's stable id within the tenant.
    request_id: names this request in responses and logs.
    locale: a BCP 47 language tag from ``Accept-Language``; ``"en"`` when unknown.
    agent: whose ChatKit route the request is for; threads that it begins belong to that agent. ``None`` elsewhere.
    session: what the client secret of the request allows; ``None`` for a caller without one.
    address: of this server as the caller reached it, without a trailing slash; ``None`` when unknown.
    network: the caller's IP address, as limits count it (of IPv6 the first 64 bits); ``None`` where it says nothing of
        who asks: a back end with the server key asks for many, and a Unix socket has none.
    zone: an IANA time zone from ``X-Time-Zone``, such as ``"Europe/Paris"``; ``"UTC"`` when unknown.
    retry: what a server and its tools may not read yet, where they answer a message again; else ``None``.
    resumed: where an answer goes on that was begun elsewhere, how the thread was when it began; else ``None``.
    token: the JWT with which the user signed in, for services that act for the user; ``None`` for all who signed in
        otherwise. It is kept for the request and its answer only, never logged or printed, and stored with the
        steps of its answer in encrypted form alone (``protocol/beginning.py``).
    key: the server key with which a back end acts for the user; ``None`` where the user is asking.
    patience: of an answer, which waits while the database is away (``store/patience.py``): whether it may read and
        store now, asked before each attempt. ``None`` for a request, which does not wait.
    fence: of an answer: the id of its run, and the replica that executes it. Once the run is another replica's, nothing
        is stored for this one (``store/tenancy.py``).
    request: for a brought ``ChatKitServer``, a Starlette ``Request`` with method, URL, client and headers, without what
        signs a user in; else ``None``.
    """

    tenant: str
    user: str
    request_id: str = "-"
    locale: str = "en"
    agent: str | None = field(default=None, compare=False)
    session: SessionPolicy | None = field(default=None, compare=False)
    zone: str = "UTC"
    retry: Retry | None = field(default=None, compare=False, repr=False)
    resumed: Resumed | None = field(default=None, compare=False, repr=False)
    address: str | None = field(default=None, compare=False)
    network: str | None = field(default=None, compare=False)
    token: SecretStr | None = field(default=None, compare=False, repr=False)
    key: KeyGrant | None = field(default=None, compare=False, repr=False)
    request: Any = field(default=None, compare=False, repr=False)
    patience: Callable[[], bool] | None = field(default=None, compare=False, repr=False)
    fence: tuple[str, str] | None = field(default=None, compare=False, repr=False)

    @property
    def owner(self) -> tuple[str, str]:
        """The pair every stored row is filtered by."""
        return (self.tenant, self.user)
