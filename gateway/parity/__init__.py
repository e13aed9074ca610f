"""Parity: the same request on two applications, from the same state, compared."""
