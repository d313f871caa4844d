"""The services around Professor Lock, in the formats of the real ones, for tests in a browser.

A server in front of StatMuse, the predictions of a Node back end, and the REST interface of a Supabase project. A
question with the word "slow" is held until another one that ends with the same word says "release".
``python -m tests.examples.services PORT`` runs it by itself.
"""

import asyncio
import sys
from collections import defaultdict
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse

from tests.examples.postgrest import ADA, Project, project_app, row
from tests.examples.service_variables import ANON_KEY, LONGEST, TOKEN


def services_app() -> FastAPI:
    app = FastAPI()
    released: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    @app.post("/statmuse/query")
    async def query(asked: dict[str, str]) -> dict[str, Any]:
        words = asked["query"].lower().split()
        if "release" in words:
            released[words[-1]].set()
        if "slow" in words:
            async with asyncio.timeout(LONGEST):
                await released[words[-1]].wait()
        if "nobody" in words:
            return {"success": False, "error": "No answer found", "query": asked["query"], "source": "StatMuse"}
        return {
            "success": True, "query": asked["query"], "cached": False, "source": "StatMuse",
            "answer": "Aaron Judge has hit 41 home runs this season.",
            "url": "https://www.statmuse.com/mlb/ask/aaron-judge-home-runs-this-season",
        }  # fmt: skip

    @app.get("/node/api/predictions")
    async def predictions(authorization: Annotated[str, Header()] = "") -> JSONResponse:
        if authorization != f"Bearer {TOKEN}":
            return JSONResponse({"error": "Unauthorized"}, 401)
        common: dict[str, Any] = {"event_time": "2026-11-25T23:05:00Z", "status": "pending", "metadata": {}}
        found = [
            common | {"id": "1", "match_teams": "New York Yankees @ Boston Red Sox", "pick": "Yankees -1.5",
                      "odds": "+105", "confidence": 68, "sport": "MLB", "bet_type": "spread",
                      "reasoning": "Gerrit Cole has allowed two runs or fewer in six of his last seven starts, and "
                                   "the bullpen of Boston threw nine innings over the last two nights."},
            common | {"id": "2", "match_teams": "Los Angeles Dodgers @ San Diego Padres", "pick": "Over 8.5",
                      "odds": "-110", "confidence": 61, "sport": "MLB", "bet_type": "total",
                      "reasoning": "Both lineups are raking."},
        ]  # fmt: skip
        return JSONResponse({"success": True, "metadata": {"isNewUser": False}, "predictions": found})

    picks = [
        row(1, None, "Yankees ML", -140, "won"),
        row(2, None, "Padres +1.5", 120, "lost"),
        row(3, ADA, "Knicks +3.5", -108, None),
    ]
    app.mount("/supabase", project_app(Project(key=ANON_KEY, tables={"picks": picks})))
    return app


if __name__ == "__main__":
    uvicorn.run(services_app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
