"""Trial protocols as data: what a protocol says, how it is read from TOML, and every check made on the way.

Pure: no Django, no database, no clock, and no knowledge of how a form is built. What the forms publish is handed in
as a ``Catalogue``.
"""
