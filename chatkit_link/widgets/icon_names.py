"""The names of ChatKit's icons, and those that somebody means who writes another one."""

from difflib import get_close_matches
from typing import Any, Final, Literal, get_args, get_origin

from chatkit.icons import IconName

_PREFIXES: Final = ("vendor:", "lucide:")
#: What other sets call the same picture; the demo app knows more of them (frontend/src/options/near-icon.ts).
_ELSEWHERE: Final = {
    "magnifying-glass": "search",
    "list-checklist": "lucide:list-checks",
    "checklist": "lucide:list-checks",
    "list": "lucide:list-checks",
    "home": "lucide:house",
    "house": "lucide:house",
    "settings": "settings-slider",
    "settings-cog": "settings-slider",
    "gear": "settings-slider",
    "person": "user",
    "users": "lucide:users",
    "edit": "write",
    "pencil": "write",
    "robot": "agent",
    "trend": "analytics",
    "lightning": "bolt",
    "idea": "lightbulb",
    "location": "map-pin",
    "email": "mail",
    "refresh": "reload",
    "question": "circle-question",
    "help": "circle-question",
    "image": "square-image",
    "file": "document",
    "link": "external-link",
    "trophy": "lucide:trophy",
}


def _literals(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(name) for name in get_args(kind)]
    return [name for part in get_args(kind) for name in _literals(part)]


ICONS: Final = tuple(_literals(IconName))


def is_icon(name: str) -> bool:
    """Whether ChatKit displays it; of Lucide and of vendors, any name may be one."""
    return name in ICONS or name.startswith(_PREFIXES)


def nearest_icons(name: str) -> list[str]:
    """Up to three names that there are, the likeliest first."""
    plain = name.lower().replace("_", "-").replace(" ", "-")
    meant = [found] if (found := _ELSEWHERE.get(plain)) else []
    near = get_close_matches(plain, ICONS, n=3, cutoff=0.5) or get_close_matches(plain, ICONS, n=3, cutoff=0.2)
    return list(dict.fromkeys([*meant, *near]))[:3]


def unknown_icon(name: object) -> str:
    """The end of a message: that there is no such icon, and which ones are near it."""
    near = nearest_icons(name) if isinstance(name, str) else []
    named = f"; the nearest are {', '.join(near)}" if near else ""
    return f"there is no icon {name!r}{named}"
