"""Parity: the same request on the old and the new code, from the same state, compared.

A test asks for the fixture `parity` and sends requests with it. Each request goes to
*control* (what is trusted) and to *candidate* (what is to be trusted), each with its own
cookies and its own copy of one prepared database, at the same frozen instant
(`harness`, `client`). Both answers are reduced to their meaning (`canonical`, `html`), the
rows before and after to net effects (`rows`, `effects`), and the two are compared
(`compare`): opaque values by one injective renaming (`opaque`, `renaming`), intended
differences by what `accepted_differences.yaml` pins on both sides (`accepted_file`,
`accepted`, `patterns`). What differs fails the test with a report (`report`); what a call
returns can be sent on to both sides, each getting its own (`reply`, `paired`, `sending`).
"""
