"""How a run began: all that is needed to make its turn again on another replica.

Who asked is in the run's row from its first moment on (``Known``), and what was asked is the first step of its journal
(``Beginning``), which does not say what came of it. A user's token is in the row only in a form that no one can read
without the server's secret, so that tools which act for the user go on to work, and so are the headers that a brought
server reads; other credentials are not in it at all.
"""

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from chatkit.types import StreamingReq
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr, TypeAdapter

from chatkit_link.agents.brought_servers.past_request import PastRequest
from chatkit_link.caller import Caller, KeyGrant, SessionPolicy
from chatkit_link.runs.journal import Journal

BEGIN: Final = "begin"
_VERSION = 1
_PURPOSE = b"chatkit-link.run-token.v1"


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a run began.

    version: of the agent (``ServedAgent.version``). message: id of the message that is answered.
    last_seq: where the newest item stood that is no part of the answer. retried: whether the message is answered again.
    """

    agent: str
    version: str
    request: Mapping[str, Any]
    message: str | None
    last_seq: int
    retried: bool

    def record(self, journal: Journal) -> None:
        """Note it as the run's first step; from then on another replica can go on with it."""
        journal.record(BEGIN, {"v": _VERSION, **asdict(self)})
        journal.continuable = True

    @classmethod
    def read(cls, steps: Mapping[str, Any]) -> "Beginning | None":
        """None where there is none, or one of another version."""
        stored = dict(steps.get(BEGIN) or {})
        return cls(**stored) if stored.pop("v", None) == _VERSION else None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when a run claims its thread.

    request: type of the request. last_seq: where the thread's newest item stood before it. allow_cancel: whether its
    client can distinguish Stop from a lost connection. caller: who asks, without what has columns of its own.
    """

    request: str
    last_seq: int
    allow_cancel: bool
    caller: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        return json.dumps({"v": _VERSION, **asdict(self)}, separators=(",", ":")).encode()

    @classmethod
    def read(cls, stored: bytes | None) -> "Known | None":
        """None for a run of a version that did not write it, or wrote another one."""
        fields = {} if stored is None else dict(json.loads(stored))
        return cls(**fields) if fields.pop("v", None) == _VERSION else None


class Sealed:
    """Encrypts users' tokens with a key that is made of the server's secret. secrets: the present one first."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        keys = [Fernet(base64.urlsafe_b64encode(hmac.digest(secret, _PURPOSE, "sha256"))) for secret in secrets]
        self._fernet = MultiFernet(keys) if keys else None

    def seal(self, token: SecretStr | None) -> str | None:
        if token is None or self._fernet is None:
            return None
        return self._fernet.encrypt(token.get_secret_value().encode()).decode()

    def open(self, sealed: str | None) -> SecretStr | None:
        """None also for what was sealed with a secret that is not known any more."""
        if sealed is None or self._fernet is None:
            return None
        try:
            return SecretStr(self._fernet.decrypt(sealed.encode()).decode())
        except InvalidToken:
            return None


class Callers:
    """Callers as the rows of runs have them."""

    def __init__(self, sealed: Sealed) -> None:
        self._sealed = sealed
        self._session: TypeAdapter[SessionPolicy] = TypeAdapter(SessionPolicy)
        self._key: TypeAdapter[KeyGrant] = TypeAdapter(KeyGrant)

    def to_json(self, caller: Caller) -> dict[str, Any]:
        """All but the owner and the id of the request, which have columns of their own."""
        stored: dict[str, Any] = {
            "locale": caller.locale,
            "agent": caller.agent,
            "zone": caller.zone,
            "address": caller.address,
            "network": caller.network,
            "session": None if caller.session is None else self._session.dump_python(caller.session, mode="json"),
            "key": None if caller.key is None else self._key.dump_python(caller.key, mode="json"),
            "token": self._sealed.seal(caller.token),
            # A header may identify its sender by a name that nobody could foresee.
            "request": self._sealed.seal(SecretStr(caller.request.to_text()))
            if isinstance(caller.request, PastRequest)
            else None,
        }
        return {name: value for name, value in stored.items() if value is not None}

    def from_json(self, stored: Mapping[str, Any], tenant: str, user: str, request_id: str) -> Caller:
        request = self._sealed.open(stored.get("request"))
        session, key = stored.get("session"), stored.get("key")
        return Caller(
            tenant=tenant,
            user=user,
            request_id=request_id,
            locale=stored.get("locale", "en"),
            agent=stored.get("agent"),
            zone=stored.get("zone", "UTC"),
            address=stored.get("address"),
            network=stored.get("network"),
            session=None if session is None else self._session.validate_python(session),
            key=None if key is None else self._key.validate_python(key),
            token=self._sealed.open(stored.get("token")),
            request=None if request is None else PastRequest.from_text(request.get_secret_value()),
        )


def request_to_json(request: StreamingReq) -> dict[str, Any]:
    """The request as it was read; what a client tool gave is in its item, and may be large."""
    stored: dict[str, Any] = request.model_dump(mode="json")
    if request.type == "threads.add_client_tool_output":
        stored["params"]["result"] = None
    return stored
