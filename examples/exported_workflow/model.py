"""A scripted model server, to try the workflows of this folder without a key.

It is a server in the format of Chat Completions, and no language model: it answers by an agent's instructions.

Try it: python examples/exported_workflow/model.py
"""

import json
from collections.abc import Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

PORT = 8099
app = FastAPI()


def message(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def call(name: str, **arguments: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"role": "assistant", "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}]}


def answer(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The next message of the agent with these instructions."""
    instructions = str(messages[0]["content"]) if messages[0]["role"] == "system" else ""
    asked = json.dumps([each for each in messages if each["role"] == "user"][-1:])
    if instructions.startswith("You help people to make good tea"):
        return message("Green tea steeps for two minutes, in water of eighty degrees.")
    if instructions.startswith("Sort the message"):
        order = "parcel" in asked or "order" in asked
        return message(json.dumps({"category": "order" if order else "other"}))
    if instructions.startswith("You take questions about orders"):
        return call("transfer_to_shipping")
    if instructions.startswith("You know where parcels are"):
        return message("Your parcel is in the van, and comes today.")
    if instructions.startswith("Look the order up"):
        if any(each["role"] == "tool" for each in messages):
            return message("I propose to refund 30 euros.")
        return call("order_value", order_number=7)
    if instructions.startswith("The refund is approved"):
        return message("The money comes within three days.")
    return message("A scripted chat")


@app.post("/v1/chat/completions")
async def completions(request: Request) -> Response:
    body = await request.json()
    message = answer(body["messages"])
    common = {"id": "chatcmpl_1", "created": 0, "model": body["model"]}
    finish = "tool_calls" if "tool_calls" in message else "stop"
    if not body.get("stream"):
        choice = {"index": 0, "finish_reason": finish, "message": message}
        return JSONResponse({**common, "object": "chat.completion", "choices": [choice]})

    def chunks() -> Iterator[str]:
        text = message.get("content")
        deltas = [{"role": "assistant", "content": f"{word} "} for word in text.split()] if text else [message]
        for delta in deltas:
            yield chunk({"index": 0, "delta": delta, "finish_reason": None})
        yield chunk({"index": 0, "delta": {}, "finish_reason": finish})
        yield "data: [DONE]\n\n"

    def chunk(choice: dict[str, Any]) -> str:
        return f"data: {json.dumps({**common, 'object': 'chat.completion.chunk', 'choices': [choice]})}\n\n"

    return StreamingResponse(chunks(), media_type="text/event-stream")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
