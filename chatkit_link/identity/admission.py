"""Who can get in, as one decision that the routes, the start-up lines and ``doctor`` share.

What was not asked for is closed: anonymous visitors come in where nothing else is configured, or where
``allow_anonymous`` is true. A server that ever had a key knows its users: it does not open because the last one ended.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from chatkit_link.net.origin import is_loopback
from chatkit_link.settings import Settings
from chatkit_link.store.server_keys import NO_KEYS, KeyCount


@dataclass(frozen=True, slots=True)
class Admission:
    """anonymous: whether callers without credentials are let in as visitors. text: who gets in, as a line of text.
    is_notable: whether an operator may not have meant it: anyone from other machines, or nobody at all.
    """

    anonymous: bool
    text: str
    is_notable: bool = False


def admission(settings: Settings, *, hook: bool = False, keys: KeyCount = NO_KEYS) -> Admission:
    """hook: whether ``create_app`` was given a function. keys: server keys that the database has."""
    known = list(_known(settings, hook=hook, stored_keys=keys.live))
    is_closed = bool(known or keys.ended)
    anonymous = not is_closed if settings.allow_anonymous is None else settings.allow_anonymous
    is_local = is_loopback(f"[{settings.host}]" if ":" in settings.host else settings.host)
    if anonymous:
        where = "" if is_local else f" at {settings.host}"
        known.insert(0, f"anyone who can reach it{where}, as an anonymous visitor")
    if not known:
        return Admission(anonymous, _nobody(settings), is_notable=True)
    text = f"{'; '.join(known[:-1])}; and {known[-1]}" if len(known) > 1 else known[0]
    return Admission(anonymous, f"{text[0].upper()}{text[1:]}", is_notable=anonymous and not is_local)


def _nobody(settings: Settings) -> str:
    if settings.allow_anonymous is False:
        return "Nobody: CHATKIT_LINK_ALLOW_ANONYMOUS is false, and nothing else lets anyone in"
    return (
        "Nobody: all server keys of the database are revoked or have expired. Make another with chatkit-link keys "
        "create, or set CHATKIT_LINK_ALLOW_ANONYMOUS=true for anonymous visitors"
    )


def _known(settings: Settings, *, hook: bool, stored_keys: int) -> Iterator[str]:
    if hook:
        yield "users that create_app(identify=...) names"
    elif settings.identify:
        yield f"users that {settings.identify} names"
    if settings.proxy_user_header:
        yield f"users that a proxy at {settings.trusted_proxies} names in {settings.proxy_user_header}"
    if settings.jwt_secret or settings.jwt_jwks_url:
        yield f"users with a JWT of {settings.jwt_issuer or _key_holder(settings)}"
    match bool(settings.server_key) + stored_keys:
        case 0:
            pass
        case 1:
            yield "back ends with the server key, and users with its sessions"
        case number:
            yield f"back ends with one of {number} server keys, and users with their sessions"


def _key_holder(settings: Settings) -> str:
    return urlsplit(settings.jwt_jwks_url).netloc if settings.jwt_jwks_url else "the holder of CHATKIT_LINK_JWT_SECRET"
