"""Subjects: consent, eligibility, enrolment, visits and what was found in them."""
