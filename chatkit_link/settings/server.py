"""Where the server listens, how browsers and proxies reach it, and which pages may use it."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from chatkit_link.net.ip import Network, read_networks
from chatkit_link.settings.formats.addresses import PUBLIC_ADDRESS
from chatkit_link.settings.formats.lists import DOMAINS, HEADER_NAMES, HOSTS, NETWORKS, ORIGINS, split_list
from chatkit_link.settings.formats.origins import read_origins
from chatkit_link.settings.formats.text import QUOTED_LINE
from chatkit_link.settings.group import SettingsGroup, read_also


class ServerSettings(SettingsGroup):
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(
        8000, ge=0, le=65535, validation_alias=read_also("port", "PORT"), description="Port to listen on."
    )
    workers: int = Field(
        1, ge=1, le=256, description="Processes of `chatkit-link serve` that share the port; one for each core."
    )
    public_url: Annotated[str, PUBLIC_ADDRESS] = Field(
        "",
        validation_alias=read_also("public_url", "RAILWAY_PUBLIC_DOMAIN", "RENDER_EXTERNAL_URL"),
        description="Address of this server as users reach it; used in links to documents and files.",
    )
    data: Path = Field(
        Path(".chatkit-link"), description="Folder for the embedded database, the files and the generated secret."
    )
    config: Path = Field(Path("chatkit-link.toml"), description="File that lists the agents.")
    trusted_proxies: Annotated[str, NETWORKS] = Field(
        "127.0.0.1,::1",
        validation_alias=read_also("trusted_proxies", "FORWARDED_ALLOW_IPS"),
        description="Addresses and networks of proxies whose forwarding headers are trusted; `*` trusts every address.",
    )
    origins: Annotated[str, ORIGINS] = Field(
        "",
        description="Origins of other sites whose pages may call and embed this server; `*` lets all pages call it, "
        "without cookies.",
    )
    cors_headers: Annotated[str, HEADER_NAMES] = Field(
        "*",
        description="Headers that pages of `origins` may send besides those of ChatKit Link, such as `X-User-Id`; `*` "
        "takes whatever they name.",
    )
    allowed_hosts: Annotated[str, HOSTS] = Field(
        "",
        description="Further names under which browsers and proxies reach this server, such as chat.example.com or "
        "*.example.com; `*` takes every name.",
    )
    frame_ancestors: Annotated[str | None, QUOTED_LINE] = Field(
        None,
        description="Pages that may embed the chat frame, as sources of a CSP; default: this server's and those of "
        "`origins`.",
    )
    allowed_image_domains: Annotated[str, DOMAINS] = Field(
        "",
        description="Domains from which images are loaded. Empty: images of widgets come from every https address, and "
        "those in answers from this server, others after a click.",
    )
    hsts_seconds: int = Field(
        31_536_000,
        ge=0,
        description="Seconds for which browsers that came over HTTPS use this host over HTTPS only; 0 switches it off.",
    )
    connections: int = Field(
        10_000,
        ge=0,
        description="Connections open at once, within the files that the system lets the process open.",
    )
    connections_address: int = Field(
        2_000, ge=0, description="Connections open at once from one IP address that is not in `trusted_proxies`."
    )
    header_timeout: float = Field(
        20.0, gt=0, le=600, description="Seconds within which the headers of a request must arrive."
    )
    stall_timeout: float = Field(
        30.0,
        gt=0,
        le=600,
        description="Seconds without progress after which a request, or an answer that is not read, is given up.",
    )
    heartbeat: float = Field(
        1.0, gt=0, description="Seconds between heartbeats on an idle stream. A page that misses two reconnects."
    )

    @property
    def address(self) -> str:
        """Base address for links back to this server, without a trailing slash."""
        if self.public_url:
            url = self.public_url.rstrip("/")
            return url if "://" in url else f"https://{url}"
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def https(self) -> bool:
        """True when users are known to reach this server over HTTPS."""
        return self.address.startswith("https://")

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """``trusted_proxies``, read."""
        return read_networks(self.trusted_proxies)

    @property
    def listed_origins(self) -> tuple[str, ...]:
        """``origins`` as browsers write them."""
        return read_origins(self.origins)

    @property
    def cors_header_names(self) -> tuple[str, ...]:
        """``cors_headers`` for the listed origins; where all pages may call, not more than is named."""
        return tuple(name for name in split_list(self.cors_headers) if name != "*" or "*" not in self.listed_origins)

    @property
    def host_names(self) -> frozenset[str]:
        """Every name of this server's that the settings know; ``*.`` before one is every name below it."""
        origins = (origin for origin in self.listed_origins if origin != "*")
        known = (urlsplit(address).hostname or "" for address in (self.address, *origins))
        return frozenset({*known, *split_list(self.allowed_hosts.lower())} - {""})

    @property
    def framed_by(self) -> str:
        """The value of the CSP directive frame-ancestors for the chat frame."""
        if self.frame_ancestors is not None:
            return self.frame_ancestors
        return " ".join(["'self'", *(origin for origin in self.listed_origins if origin != "*")])

    @property
    def listed_image_domains(self) -> tuple[str, ...]:
        """``allowed_image_domains``, read."""
        return split_list(self.allowed_image_domains.lower())

    @property
    def image_sources(self) -> tuple[str, ...]:
        """Where the built-in pages load images from besides this server, as sources of a CSP."""
        return self.listed_image_domains or ("https:",)
