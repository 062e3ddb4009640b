"""Reminders to people: told once per person, matter, stage and occasion, shown in the inbox, mailed once a day.

Upper floors say what holds for whom (`services.sweep`, `services.tell`) and register what writes the words (`kinds`);
nothing here knows why. A reminder is no record of the trial: it is not audited, and it never holds what could identify
a subject.
"""
