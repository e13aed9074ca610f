"""Seeded faults: changes of `modern/` that parity must find, each by the channels meant for it.

A mutant replaces one piece of the source of `modern/` (`mutant`), and names a short exchange
that shows the fault (`exchanges`). The modules that are named after a channel hold the mutants
which that channel alone finds; `drifts` holds those that show in several.
"""
