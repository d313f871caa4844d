"""Lists, divided by commas or spaces: checked as text here, split by the property that reads them."""

import re

from chatkit_link.net.ip import read_networks
from chatkit_link.settings.formats.origins import read_origins
from chatkit_link.settings.formats.text import Format, RefusedValue, read_line

# A host name or an address, below "*." perhaps; nothing that could end a directive of a content security policy.
_DOMAIN = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?")
_HOST_NAME = re.compile(r"\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*")
# RFC 9110 section 5.6.2.
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'+.^_`|~-]+")
#: An id as Agent Builder shows it.
WORKFLOW_ID = re.compile(r"wf_[A-Za-z0-9_-]{1,128}")


def split_list(text: str) -> tuple[str, ...]:
    """The parts of a list divided by commas or spaces."""
    return tuple(text.replace(",", " ").split())


def _networks(text: str, name: str) -> str:
    read_line(text, name)
    try:
        read_networks(text)
    except ValueError:
        raise RefusedValue(f"{name} must list addresses and networks, such as 10.0.0.0/8,::1, or be `*`.") from None
    return text


def _origins(text: str, name: str) -> str:
    read_line(text, name)
    try:
        read_origins(text)
    except ValueError:
        raise RefusedValue(
            f"{name} must list origins without a path, such as https://shop.example.com, or be `*`."
        ) from None
    return text


def _domains(text: str, name: str) -> str:
    if not all(_DOMAIN.fullmatch(domain) for domain in split_list(read_line(text, name).lower())):
        raise RefusedValue(f"{name} must list domains such as cdn.example.com or *.example.com.")
    return text


def _hosts(text: str, name: str) -> str:
    if not all(_HOST_NAME.fullmatch(host) for host in split_list(read_line(text, name).lower())):
        raise RefusedValue(
            f"{name} must list names without scheme and port, such as chat.example.com or *.example.com, or be `*`."
        )
    return text


def _headers(text: str, name: str) -> str:
    if not all(part == "*" or _HEADER.fullmatch(part) for part in split_list(read_line(text, name))):
        raise RefusedValue(f"{name} must list names of headers, such as X-User-Id, or be `*`.")
    return text


def _workflow_ids(text: str, name: str) -> str:
    if not all(WORKFLOW_ID.fullmatch(part) for part in split_list(read_line(text, name))):
        raise RefusedValue(f"{name} must list ids of workflows, which begin with wf_, such as wf_68df4b13.")
    return text


#: Addresses and networks, or ``*``.
NETWORKS = Format(_networks)
#: Origins of web pages, or ``*``.
ORIGINS = Format(_origins)
#: Domains as sources of a content security policy, in which quotes mean something.
DOMAINS = Format(_domains, quotes=False)
#: Names of hosts, or ``*``.
HOSTS = Format(_hosts)
#: Names of headers, or ``*``.
HEADER_NAMES = Format(_headers)
WORKFLOW_IDS = Format(_workflow_ids)
