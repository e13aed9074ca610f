"""URLs of other applications, built by `url_for`.

Pages of one application link to pages of the other, before and after each flip::

    from gateway import urls
    urls.install(legacy, modern)
    urls.install(modern, legacy)

From then on `url_for("auth.login")` in a template of legacy builds the URL of modern's endpoint,
if legacy has none of that name. Which application answers the URL is the routing table's affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from werkzeug.routing import BuildError, MapAdapter

from gateway.inventory import find_flask

# What url_for leaves unquoted in an anchor (Flask.url_for).
_SAFE_IN_ANCHOR = "%!#$&'()*+,/:;=?@"


def install(app: Any, *others: Any) -> None:
    """Let `url_for` in a Flask application build the URLs of others too.

    Its own endpoints come first, then those of the others in their order. Install it when the
    applications are made; doing so again adds to what is there. Raises TypeError for what is not a
    Flask application, with or without middleware around it.
    """
    mine = _flask(app)
    theirs = tuple(_flask(other) for other in others)
    mine.url_build_error_handlers.append(OtherURLs(mine, theirs))


def built_here(app: Any) -> tuple[Any, ...]:
    """Return the applications whose URLs an application builds because of `install`."""
    handlers = (h for h in app.url_build_error_handlers if isinstance(h, OtherURLs))
    return tuple(other for handler in handlers for other in handler.others)


@dataclass(frozen=True, slots=True, eq=False)
class OtherURLs:
    """What Flask asks when `url_for` can't build a URL (`Flask.url_build_error_handlers`)."""

    app: Any
    others: tuple[Any, ...]

    def __call__(self, error: BuildError, endpoint: str, values: dict[str, Any]) -> str | None:
        """Build the URL in the first application that can; None leaves the error as it is."""
        # An endpoint of our own that lacks a value is a fault that must not be hidden.
        if error.adapter is None or endpoint in self.app.view_functions:
            return None
        built = (_build(other, error.adapter, endpoint, values) for other in self.others)
        return next((url for url in built if url is not None), None)


def _build(other: Any, here: MapAdapter, endpoint: str, given: dict[str, Any]) -> str | None:
    values = dict(given)
    anchor, method = values.pop("_anchor", None), values.pop("_method", None)
    scheme, external = values.pop("_scheme", None), values.pop("_external", False)
    if endpoint not in other.view_functions:
        return None
    other.inject_url_defaults(endpoint, values)
    try:
        url = _bound(other, here).build(
            endpoint, values, method=method, url_scheme=scheme, force_external=external
        )
    except BuildError:
        return None
    return url if anchor is None else f"{url}#{quote(anchor, safe=_SAFE_IN_ANCHOR)}"


def _bound(other: Any, here: MapAdapter) -> MapAdapter:
    """Bind the other's map to the host, the root and the scheme of the present request."""
    url_map = other.url_map
    subdomain = None if url_map.host_matching else here.subdomain
    bound: MapAdapter = url_map.bind(
        here.server_name, here.script_name, subdomain, here.url_scheme, here.default_method
    )
    return bound


def _flask(application: Any) -> Any:
    found = find_flask(application)
    if found is None or not hasattr(found, "url_build_error_handlers"):
        raise TypeError(
            f"{application!r} is no Flask application, and none is inside it. Give the Flask"
            " object itself, or middleware that holds it as 'app' or 'wsgi_app'."
        )
    return found
