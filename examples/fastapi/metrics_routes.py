"""Forwards /prometheus/* to the gatewayz-metrics service without changing status, headers or body."""
import os

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.background import BackgroundTask

# Hop-by-hop headers, and headers that the server adds itself.
DROPPED = {b"connection", b"date", b"host", b"keep-alive", b"server", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
service = httpx.URL(os.environ.get("GATEWAYZ_METRICS_URL", "http://127.0.0.1:8000"))
client = httpx.AsyncClient(timeout=30)
router = APIRouter(include_in_schema=False)


@router.api_route("/prometheus/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def forward(request: Request):
    url = service.copy_with(raw_path=request.scope["raw_path"] + b"?" + request.scope["query_string"])
    headers = [(name, value) for name, value in request.headers.raw if name not in DROPPED]
    # client.build_request would add its own Accept-Encoding, and clients could get compressed responses they cannot read.
    forwarded = httpx.Request(request.method, url, headers=headers, content=await request.body())
    try:
        upstream = await client.send(forwarded, stream=True)
    except httpx.HTTPError:
        return JSONResponse({"error": {"code": "unavailable", "message": "The metrics service is down."}}, 503)
    response = StreamingResponse(upstream.aiter_raw(), upstream.status_code, background=BackgroundTask(upstream.aclose))
    response.raw_headers = [(name.lower(), value) for name, value in upstream.headers.raw if name.lower() not in DROPPED]
    return response
