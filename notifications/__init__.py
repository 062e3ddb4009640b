"""Messages to people: stored once per dedupe key, sent by e-mail, tried again when the mail server fails.

Upper floors say what to tell whom (`services.announce`); nothing here knows why. A message is no record of the trial:
it is not audited, and it never holds what could identify a subject.
"""
