"""A module that fails when it is imported."""

app = 1 / 0
