"""No false alarm: an application is compared with itself, and with variants that do the same.

`walks` are long sessions of several people, made by chance; `variants` are changes of the source
that nobody can notice from outside.
"""
