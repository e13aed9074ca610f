"""Two Flask applications that share URLs, and the table that splits the methods between them."""

from flask import Flask, Response, request

HERE = "tests.gateway.split_methods"
TABLE = f"""\
backends: {{legacy: "{HERE}:legacy_application()", modern: "{HERE}:modern_application()"}}
default: legacy
routes:
  list: {{path: /things, methods: [GET], to: modern}}
  make: {{path: /things, methods: [POST], to: legacy}}
  own: {{path: /own, methods: [GET], to: modern}}
  own_post: {{path: /own, methods: [POST], to: legacy}}
  claimed: {{path: /claimed, methods: [GET, OPTIONS], to: modern}}
  whole: {{path: /whole, to: modern}}
"""


def legacy_application() -> Flask:
    application = Flask("legacy")
    application.add_url_rule("/things", "get", lambda: "legacy", methods=["GET", "DELETE"])
    application.add_url_rule("/things", "post", lambda: "legacy", methods=["POST"])
    application.add_url_rule("/own", "own", lambda: "legacy", methods=["GET", "POST"])
    application.add_url_rule("/claimed", "claimed", lambda: "legacy", methods=["GET", "PUT"])
    application.add_url_rule("/whole", "whole", lambda: "legacy", methods=["PUT"])
    return application


def modern_application() -> Flask:
    application = Flask("modern")
    application.add_url_rule("/things", "things", lambda: "modern", methods=["GET", "PATCH"])
    application.add_url_rule("/claimed", "claimed", lambda: "modern", methods=["GET"])
    application.add_url_rule("/whole", "whole", lambda: "modern", methods=["GET"])

    def own() -> Response:
        if request.method == "OPTIONS":
            sent = request.get_data(as_text=True) or "1"
            return Response("ask me anything", headers={"Allow": "GET, BREW", "X-Own": sent})
        return Response("modern")

    application.add_url_rule(
        "/own", "own", own, methods=["GET", "OPTIONS"], provide_automatic_options=False
    )
    return application
