"""What keeps two applications from being one to the people who use them.

The doctor imports a pair of applications and looks at their objects (`application`); it starts no
request, opens no session and changes nothing. Each family of checks (`families`) is a function
from a `Pair` to findings. A `Check` says how grave it is wherever it is found; a `Finding` says
what is wrong here, how that was seen, and what to change (`finding`). `examination` puts it
together: targets to applications, applications to pairs, pairs to findings.
"""

from gateway.doctor.application import Application, Pair
from gateway.doctor.examination import examine
from gateway.doctor.finding import Check, Finding, Severity

__all__ = ["Application", "Check", "Finding", "Pair", "Severity", "examine"]
