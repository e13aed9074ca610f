"""What both applications share."""
