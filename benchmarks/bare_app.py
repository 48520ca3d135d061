"""What a single POST is measured against: FastAPI, a validated body, one INSERT in a transaction, and nothing else.

Served by `python -m benchmarks.bare_app PORT DATABASE_URL` with the same server and the same number of connections to the
database as the real thing.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg
import orjson
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

CONNECTIONS = 10

TABLE = """
CREATE TABLE IF NOT EXISTS bench_posts (
    source text, id text, type text, subject text, time timestamptz, data jsonb, PRIMARY KEY (source, id))
"""


class Posted(BaseModel):
    """The envelope of an event."""

    source: str
    id: str
    type: str
    subject: str
    time: datetime
    data: dict[str, Any]


def create_app(url: str) -> FastAPI:
    """The application."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
            await pool.execute(TABLE)
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/events", status_code=201)
    async def post_event(event: Posted) -> dict[str, str]:
        async with app.state.pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO bench_posts VALUES ($1, $2, $3, $4, $5, $6)",
                *(event.source, event.id, event.type, event.subject, event.time, orjson.dumps(event.data).decode()),
            )
        return {"status": "stored"}

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(sys.argv[2]), port=int(sys.argv[1]), log_config=None, access_log=False, server_header=False, ws="none")
