"""What administrators look after, and how the application itself is doing."""
