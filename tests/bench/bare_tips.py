"""The baseline of `bench-tips`: takes the same posts and stores them as they came, in SQLite that is set like ours.

`python bare_tips.py FILE PORT`"""

import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from campaign_site.process import listening, serve
from tipline.storage.engine import make_engine


def main(file: Path, port: int) -> None:
    engine = make_engine(f"sqlite:///{file}").execution_options(writes=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tips (id TEXT PRIMARY KEY, day TEXT, body BLOB) WITHOUT ROWID"))

    def keep(body: bytes) -> None:
        values = {"id": str(uuid.uuid4()), "day": str(datetime.now(UTC).date()), "body": body}
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO tips VALUES (:id, :day, :body)"), values)

    async def tip(request: Request) -> Response:
        await run_in_threadpool(keep, await request.body())
        is_form = "form" in request.headers["content-type"]
        return RedirectResponse("/code", 303) if is_form else JSONResponse({"is": "sent"})

    serve(Starlette(routes=[Route("/tip", tip, methods=["POST"])]), listening("127.0.0.1", port))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
