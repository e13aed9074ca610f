"""How fast the gateway is, as ratios taken in one interleaved run: `make bench`.

Each bench is a module with one function, `run(quick=...)`, which returns a Report: `match` (find
the route of a path), `dispatch` (one request through the gateway, in process), `end_to_end`
(requests a second behind real servers), `load` (read a table) and `reload` (serve a new one while
requests run). `python -m benchmarks [NAME ...] [--quick] [--json FILE]` runs them.

Times on a shared machine wander, so contenders take turns in short slices of one run and are told
as ratios; what can be counted is counted in instructions, which do not wander at all. A peer, a
program or a package that is not installed is named in the table's notes and left out.
"""
