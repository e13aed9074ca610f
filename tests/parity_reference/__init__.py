"""Legacy and modern held against each other, operation by operation."""
