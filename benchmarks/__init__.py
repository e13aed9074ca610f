"""How fast the gateway is, as ratios taken in one interleaved run: `make bench`."""
