"""Customers as a file for spreadsheets (`gateway.csv_rows`), sent while it is read."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from starlette.responses import Response, StreamingResponse

from gateway import csv_rows

_HEADERS = {"Content-Disposition": f'attachment; filename="{csv_rows.FILE_NAME}"'}


async def download(rows: AsyncIterator[Mapping[str, Any]]) -> Response:
    """The file. What goes wrong before the first row is still raised here."""
    first = [row async for row in _taken(rows, 1)]
    file = _encoded(csv_rows.pieces(_after(first, rows)))
    return StreamingResponse(file, headers=_HEADERS, media_type=csv_rows.MEDIA_TYPE)


async def _encoded(pieces: AsyncIterator[str]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield piece.encode()


async def _after(first: Iterable[Mapping[str, Any]], rows: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[Any]:
    for row in first:
        yield row
    async for row in rows:
        yield row


async def _taken(rows: AsyncIterator[Mapping[str, Any]], most: int) -> AsyncIterator[Mapping[str, Any]]:
    for _ in range(most):
        try:
            yield await anext(rows)
        except StopAsyncIteration:
            return
