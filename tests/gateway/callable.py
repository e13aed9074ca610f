"""The gateway as an attribute of a module, for servers that are told of no factory."""

from gateway import create_gateway

gateway = create_gateway()
