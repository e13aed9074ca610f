"""The monolith that is being replaced, route by route: see `legacy.app`."""
