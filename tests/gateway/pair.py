"""Two small Flask applications that differ in all that `init` and `check` tell of."""

from flask import Blueprint, Flask
from werkzeug.routing import BaseConverter, IntegerConverter, Rule

DEFAULT = {"methods": ["GET"]}


class Slug(BaseConverter):
    regex = "[a-z]{4}-[a-z]+"


class Tree(BaseConverter):
    regex = ".+?"
    part_isolating = False


class Positive(IntegerConverter):
    """The digits of `int`, and other values."""


def view(**values):
    return "seen"


def application(rules, **options):
    app = Flask(__name__, **options)
    app.url_map.converters |= {"slug": Slug, "tree": Tree, "positive": Positive}
    for rule, endpoint, details in rules:
        app.add_url_rule(rule, endpoint, view, **{**DEFAULT, **details})
    return app


legacy = application(
    [
        ("/", "home", {}),
        ("/users", "users", {"methods": ["GET", "POST"]}),
        ("/users/", "users_slash", {}),
        ("/people/", "people", {}),
        ("/orders", "orders", {"methods": ["GET", "POST", "DELETE"]}),
        ("/wiki/<slug:title>", "wiki page", {}),
        ("/tree/<tree:place>", "1", {}),
        ("/number/<positive:number>", "-number", {}),
        ("/signed/<positive(signed=True):number>", "signed", {}),
        ("/token/<string(length=120):token>", "token", {}),
        ("/kind/<any(big,small):kind>", "kind", {}),
        ("/kind/<any(small,tiny):kind>", "kind too", {}),
        ("/old//path", "odd", {}),
        ("/options", "options", {"methods": ["OPTIONS"]}),
        ("/same", "same", {}),
        ("/same", "same", {"methods": ["PUT"]}),
        ("/same/", "same slash", {"methods": ["GET", "PUT", "POST"]}),
        ("/mode/on", "on", {}),
        ("/mode/off", "off", {}),
        ("/mode/<any(on,off):mode>", "mode", {}),
    ]
)
shop = Blueprint("shop", __name__, url_prefix="/shop", static_folder="static")
shop.add_url_rule("/cart", "cart", view)
legacy.register_blueprint(shop)
legacy.url_map.add(Rule("/any", endpoint="any"))
legacy.url_map.add(Rule("/built", endpoint="built", build_only=True))
legacy.url_map.add(Rule("/socket", endpoint="socket", websocket=True))
legacy.url_map.add(Rule("/gone", endpoint="gone", redirect_to="/"))

modern = application(
    [
        ("/", "home", {}),
        ("/users", "users", {"methods": ["GET", "POST"]}),
        ("/people", "people", {}),
        ("/orders", "orders", {"methods": ["GET", "PUT"]}),
        ("/wiki/<slug:title>", "wiki", {}),
        ("/new/<int:number>", "users.new", {}),
    ],
    static_url_path="/assets",
)

hosted = application(
    [("/", "admin", {"host": "admin.example.org"}), ("/", "tenant", {"host": "<t>.example.org"})],
    host_matching=True,
    static_host="static.example.org",
)

empty = application([], static_folder=None)
