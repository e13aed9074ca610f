"""A browser without a window: sends requests to an application and writes a HAR of them."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from gateway.parity.client import Client
from gateway.parity.exchange import Request, Response

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "http://shop.example:5000"
BEGUN = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FORM = "application/x-www-form-urlencoded"


class Recording:
    """What a browser's developer tools would have written, in Chromium's or Firefox's dialect."""

    def __init__(self, app: Any, dialect: str = "chromium", origin: str = ORIGIN) -> None:
        self.client = Client(app, origin)
        self.dialect = dialect
        self.entries: list[dict[str, Any]] = []

    def send(
        self,
        method: str,
        path: str,
        *,
        data: Any = None,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Send a request, follow its redirects, and write all of them down."""
        sent = dict(headers or {"Accept": "application/json"})
        if data is not None:
            as_json = "json" in sent.get("Accept", "")
            sent["Content-Type"] = "application/json" if as_json else FORM
            body = json.dumps(data).encode() if as_json else urlencode(data).encode()
        parts = urlsplit(path)
        request = Request(method, parts.path, parts.query, tuple(sent.items()), body)
        exchange = self.client.send(request)
        self.entries.append(self._entry(exchange.request, exchange.response))
        location = exchange.response.header("Location")
        if location and 300 <= exchange.response.status < 400:
            target = urljoin(request.target, location)
            return self.send("GET", target, headers=PAGE)
        return exchange.response

    def write(self, file: Path) -> Path:
        """Write the file."""
        pages = [{"id": "page_1", "title": "Shop", "startedDateTime": BEGUN.isoformat()}]
        file.write_text(json.dumps({"log": {"version": "1.2", "pages": pages, **self._log()}}))
        return file

    def _log(self) -> dict[str, Any]:
        return {"entries": self.entries}

    def _entry(self, request: Request, response: Response) -> dict[str, Any]:
        started = BEGUN + timedelta(seconds=2 * len(self.entries))
        return getattr(self, f"_{self.dialect}")(request, response) | {
            "startedDateTime": started.isoformat(timespec="milliseconds"),
            "time": 12.5,
            "pageref": "page_1",
        }

    def _chromium(self, request: Request, response: Response) -> dict[str, Any]:
        pseudo = [(":method", request.method), (":path", request.target), (":scheme", "http")]
        headers = [(name.lower(), value) for name, value in request.headers]
        page = request.headers[0][1].startswith("text/html")
        content: dict[str, Any] = {"size": len(response.body), "mimeType": _kind(response)}
        if 300 <= response.status < 400:
            content = {"size": 0, "mimeType": "x-unknown"}
        elif response.body:
            content["text"] = response.body.decode()
        post = {"mimeType": _header(request, "content-type"), "text": request.body.decode()}
        return {
            "_resourceType": "document" if page else "xhr",
            "request": {
                "method": request.method,
                "url": f"{self.client.base_url}{request.target}",
                "headers": _pairs([*pseudo, *headers]),
                **({"postData": post} if request.body else {}),
            },
            "response": {
                "status": response.status,
                "headers": _pairs(response.headers),
                "content": content,
                "redirectURL": response.header("Location") or "",
                "_error": None,
            },
        }

    def _firefox(self, request: Request, response: Response) -> dict[str, Any]:
        post: dict[str, Any] = {"mimeType": _header(request, "content-type"), "params": []}
        if post["mimeType"] == FORM:
            fields = parse_qsl(request.body.decode(), keep_blank_values=True)
            post["params"] = [{"name": name, "value": value} for name, value in fields]
        post["text"] = request.body.decode() if post["mimeType"] != FORM else ""
        if "multipart" in post["mimeType"]:
            head = f"Content-Type: {post['mimeType']}\r\nContent-Length: {len(request.body)}"
            post["text"] = f"{head}\r\n\r\n{post['text']}"
        text = b64encode(response.body).decode()
        return {
            "_securityState": "insecure",
            "request": {
                "method": request.method,
                "url": f"{self.client.base_url}{request.target}",
                "headers": _pairs([("Host", "shop.example:5000"), *request.headers]),
                **({"postData": post} if request.body else {}),
            },
            "response": {
                "status": response.status,
                "headers": _pairs(response.headers),
                "content": {"mimeType": _kind(response), "text": text, "encoding": "base64"},
                "redirectURL": "",
            },
        }


def _kind(response: Response) -> str:
    return response.header("Content-Type") or "application/octet-stream"


def _header(request: Request, wanted: str) -> str:
    return next((value for name, value in request.headers if name.lower() == wanted), "")


def _pairs(headers: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def shopping(app: Any, dialect: str = "chromium", *, bodies: bool = True) -> Recording:
    """Record a session at the shop: sign in, order, look, upload, look again, delete."""
    shop = Recording(app, dialect)
    token = _between(shop.send("GET", "/login", headers=PAGE), 'csrf_token value="')
    form = {"csrf_token": token, "user": "ada", "password": "open & sesame"}
    home = shop.send("POST", "/login", data=form, headers=PAGE)
    secret = {"Accept": "application/json", "X-CSRFToken": _between(home, 'content="')}
    made = json.loads(shop.send("POST", "/orders", data={"title": "1"}, headers=secret).body)
    shop.send("GET", "/orders?page=1")
    shop.send("GET", f"/orders/{made['id']}")
    shop.send("GET", f"/by-key/{made['key']}")
    shop.send("PUT", f"/orders/{made['id']}/files", **_upload(secret))
    shop.send("DELETE", f"/orders/{made['id']}", headers=secret)
    if not bodies:
        for entry in shop.entries:
            entry["response"]["content"].pop("text", None)
            entry["response"]["content"]["size"] = 100
    return shop


def _upload(headers: dict[str, str]) -> dict[str, Any]:
    body = (
        '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
        "Content-Type: text/plain\r\n\r\nhello\r\n--xyz--\r\n"
    )
    kind = {"Content-Type": "multipart/form-data; boundary=xyz"}
    return {"body": body.encode(), "headers": headers | kind}


def _between(response: Response, before: str) -> str:
    return response.body.decode().partition(before)[2].partition('"')[0]
