"""A small application with a login, CSRF tokens, ids and ETags; each instance has its own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort, jsonify, redirect, request, session

if TYPE_CHECKING:
    from gateway.parity.harness import Parity

LOGIN = """<!doctype html><html lang=en><title>Sign in</title><form method=post>
<input type=hidden name=csrf_token value="{token}"><input name=user><input name=password></form>"""
HOME = """<!doctype html><html lang=en><head><title>Orders</title>
<meta name="csrf-token" content="{token}"></head><body>{items}
<script>window.build = "{build}";</script></body></html>"""
ITEM = '<p data-order-id="{0}"><a href="/orders/{0}">Order</a></p>'


def make_changed_shop() -> Flask:
    """Make a shop that redirects elsewhere after the login."""
    return make_shop(fault="redirect")


def make_equal_shop() -> Flask:
    """Make a shop that is the same, as a rewrite is to be."""
    return make_shop()


def sign_in(parity: Parity) -> None:
    """Sign in on both sides."""
    token = parity.get("/login").form("csrf_token")
    data = {"csrf_token": token, "user": "ada", "password": "open & sesame"}
    parity.post("/login", data=data)


def make_shop(  # noqa: C901 - one view after the other
    first: int = 1, *, stock: int = 0, paged: bool = False, fault: str = ""
) -> Flask:
    """Make a shop whose ids begin with `first`; `paged` puts lists into an object."""
    app = Flask(f"shop{first}{fault}")
    app.config.update(SECRET_KEY=secrets.token_hex(32))
    orders: dict[int, dict[str, Any]] = {n: {"id": n} for n in range(first, first + stock)}
    build = secrets.token_urlsafe(24)

    def token() -> str:
        session["csrf"] = session.get("csrf") or secrets.token_urlsafe(24)
        return str(session["csrf"])

    def check() -> None:
        given = request.headers.get("X-CSRFToken") or request.form.get("csrf_token")
        if given != session.get("csrf"):
            abort(400)

    @app.get("/login")
    def page() -> str:
        return LOGIN.format(token=token())

    @app.post("/login")
    def login() -> Any:
        check()
        if request.form["password"] != "open & sesame":
            abort(403)
        session["user"] = request.form["user"]
        return redirect("/start" if fault == "redirect" else "/home")

    @app.get("/start")
    @app.get("/home")
    def home() -> str:
        items = "".join(map(ITEM.format, orders))
        return HOME.format(token=token(), items=items, build=build)

    @app.post("/orders")
    def create() -> Any:
        check()
        number = first + len(orders)
        key = secrets.token_hex(16)
        orders[number] = {"id": number, "key": key, "title": request.get_json()["title"]}
        return jsonify(orders[number]), 201, {"ETag": f'"{secrets.token_hex(16)}"'}

    @app.get("/orders")
    def listed() -> Any:
        items = list(orders.values())
        return jsonify({"items": items} if paged else items)

    @app.get("/orders/<int:number>")
    def one(number: int) -> Any:
        return jsonify(orders.get(number) or abort(404))

    @app.put("/orders/<int:number>/files")
    def files(number: int) -> Any:
        check()
        file = request.files["file"]
        return jsonify(order_id=number, name=file.filename, size=len(file.read()))

    @app.delete("/orders/<int:number>")
    def delete(number: int) -> Any:
        check()
        orders.pop(number, None) or abort(404)
        return Response(status=204)

    @app.get("/by-key/<key>")
    def by_key(key: str) -> Any:
        found = [order for order in orders.values() if order.get("key") == key]
        return jsonify(found[0] if found else abort(404))

    return app
