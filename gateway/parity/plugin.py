"""The pytest plugin of `gateway.parity`."""
