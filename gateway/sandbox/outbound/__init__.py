"""What leaves by other ways than the database: stopped, or recorded and answered.

A watch is active in one context (`watch`, `watching`). One that stops uses an audit hook
(`guard`), beside the few ways that the hook does not see (`sockets`, `threads`). One that
records has stand-ins called in the place of what sends mail, HTTP requests, files and
processes; each keeps an `OutboundEffect` (`effect`). What has no stand-in is stopped then, too.
"""
