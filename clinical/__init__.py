"""The clinical rules of Dermis as pure functions over frozen dataclasses.

Nothing here knows Django, a database or a clock: whoever calls hands in the values and, where it matters, today's date.
"""
