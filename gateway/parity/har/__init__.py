"""HAR: a session recorded by a browser's developer tools, replayed or turned into a test.

A file is read in every browser's dialect (`archive`, `bodies`), what is not the application's
is left out and counted (`selection`). Each request is taken apart (`template`), and each of its
values is looked for in what earlier responses gave (`offers`, `names`), which makes a `plan`:
this segment of the path is the `id` that the third response gave. To `replay` it, each side's
own response is asked for its own value at the same place (`sources`). To record it, the same
plan is written as a test (`script`, `calls`, `values`), whose secrets are found (`secrets`) and
replaced by variables wherever they stand (`hiding`).
"""
