"""``FileStore``: files of users for a server that has a route of its own, and the routes that their bytes take."""

import logging
from typing import Any, Final

from chatkit.store import AttachmentStore
from chatkit.types import Attachment, AttachmentCreateParams
from fastapi import FastAPI, Request, Response
from typing_extensions import override

from chatkit_link.http.files import Link, receive_file, serve_file
from chatkit_link.http.problems import install_problems
from chatkit_link.own_route.data_store import DataStore
from chatkit_link.store.postgres import new_id

logger: Final = logging.getLogger(__name__)


class FileStore(AttachmentStore[Any]):
    """The files of each user: two-phase uploads, checked, with previews of images.

    ``app.mount("/files", file_store.app)`` gives upload links and previews an address.
    """

    def __init__(self, data_store: DataStore) -> None:
        self._data = data_store
        data_store.connection.with_files = True
        self._warned = False
        self.app = self._routes()

    @override
    def generate_attachment_id(self, mime_type: str, context: Any) -> str:
        return new_id("attachment")

    @override
    async def create_attachment(self, input: AttachmentCreateParams, context: Any) -> Attachment:
        caller = self._data.caller(context)
        settings = self._data.settings
        if caller.address is None and not settings.public_url and not self._warned:
            self._warned = True
            logger.warning(
                "Links to files begin with %s, because the context of server.process has no request: pass "
                '{"request": request, ...}, or set CHATKIT_LINK_PUBLIC_URL; and app.mount("/files", file_store.app) '
                "is what answers them.",
                settings.address,
            )
        return await (await self._data.connection.files()).create_attachment(input, caller)

    @override
    async def delete_attachment(self, attachment_id: str, context: Any) -> None:
        caller = self._data.caller(context)
        await (await self._data.connection.files()).delete_attachment(attachment_id, caller)

    async def read(self, attachment_id: str, context: Any, limit: int | None = None) -> bytes:
        """The bytes of a file, at most ``limit`` of them. Raises NotFound."""
        caller = self._data.caller(context)
        return await (await self._data.connection.files()).read(attachment_id, caller, limit)

    def _routes(self) -> FastAPI:
        app = FastAPI(title="Files", docs_url=None, redoc_url=None, openapi_url=None)
        install_problems(app)

        @app.put("/{file_id}", status_code=204)
        async def send(file_id: str, request: Request, link: Link = "") -> Response:
            files = await self._data.connection.files()
            caller, _ = files.links.read("put", file_id, link)
            return await receive_file(files, request, file_id, caller)

        @app.head("/{file_id}")
        @app.get("/{file_id}", response_class=Response)
        async def download(file_id: str, request: Request, link: Link = "") -> Response:
            files = await self._data.connection.files()
            caller, left = files.links.read("get", file_id, link)
            return await serve_file(files, request, file_id, caller, left, preview=False)

        @app.head("/{file_id}/preview")
        @app.get("/{file_id}/preview", response_class=Response)
        async def preview(file_id: str, request: Request, link: Link = "") -> Response:
            files = await self._data.connection.files()
            caller, left = files.links.read("get", file_id, link)
            return await serve_file(files, request, file_id, caller, left, preview=True)

        _ = (send, download, preview)
        return app
