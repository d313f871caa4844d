"""An agent as a service of its own, with Python's standard library alone: it counts the messages of each thread.

AGENT_SECRET=... python agent.py 9000

[agents.counter]
target = "http://127.0.0.1:9000"
env = ["AGENT_SECRET"]
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ.get("AGENT_SECRET", "")


class Agent(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {SECRET}":
            self.send_error(401)
            return
        turn = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        count = turn["thread"]["metadata"].get("count", 0) + 1
        item = {"type": "assistant_message", "id": f"answer_{count}", "content": [{"type": "output_text", "text": ""}]}
        self.send({"type": "thread.item.added", "item": item})
        text = f"Message {count}, {turn['user']['locale']}: {turn['text']}"
        for word in text.split(" "):
            delta = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": word + " "}
            self.send({"type": "thread.item.updated", "item_id": item["id"], "update": delta})
        item["content"][0]["text"] = text
        self.send({"type": "thread.item.done", "item": item})
        self.send({"type": "thread.updated", "thread": {"metadata": {"count": count}}})

    def send(self, event: dict) -> None:
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Agent).serve_forever()
