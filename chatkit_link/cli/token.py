"""``chatkit-link token``: a bearer token for development."""

from typing import Annotated

import typer


def token(
    user: Annotated[str, typer.Option(metavar="USER", help="The user of the token: its sub claim.")],
    tenant: Annotated[
        str | None,
        typer.Option(metavar="TENANT", help="The tenant, where CHATKIT_LINK_JWT_TENANT_CLAIM is set."),
    ] = None,
    expires: Annotated[
        str, typer.Option(metavar="DURATION", help="How long it is valid: a number with s, m, h or d.")
    ] = "1h",
) -> None:
    """Print a bearer token for development. It is signed with CHATKIT_LINK_JWT_SECRET."""
    from chatkit_link.identity.dev_token import create_dev_token
    from chatkit_link.settings import read_settings

    typer.echo(create_dev_token(read_settings(), user=user, tenant=tenant, expires=expires))
