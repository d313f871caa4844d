"""The app that this server stands in."""

from fastapi import FastAPI

from .server import create_server

app = FastAPI()


@app.get("/orders/{thread_id}")
async def orders(thread_id: str) -> list[str]:
    server = create_server()
    assert server is not None
    return server.orders[thread_id]
