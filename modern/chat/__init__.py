"""The workspace in which people talk to assistants."""
