"""Addresses of the pages about subjects."""

from django.urls import path

from patients.views import (
    allocation,
    amendment,
    calendar,
    calendar_feeds,
    consent,
    deviations,
    eligibility,
    enrolment,
    extra_visits,
    rescreening,
    schedule,
    subjects,
    visits,
)

app_name = "patients"
TRIAL = "trials/<str:registration>/"
SUBJECT = TRIAL + "subjects/<str:number>/"

urlpatterns = [
    path(TRIAL + "subjects/", subjects.subject_list, name="subject-list"),
    path(TRIAL + "subjects/new/", subjects.register, name="register"),
    path(TRIAL + "calendar/", calendar.calendar, name="calendar"),
    path(TRIAL + "calendar/addresses/", calendar_feeds.calendar_feeds, name="calendar-feeds"),
    path("calendar-feeds/<slug:token>.ics", calendar_feeds.calendar_feed, name="calendar-feed"),
    path(SUBJECT + "schedule/", schedule.schedule, name="schedule"),
    path(SUBJECT + "contact/", subjects.identity, name="identity"),
    path(SUBJECT + "consent/", consent.consent, name="consent"),
    path(SUBJECT + "consent/<int:consent_pk>/correct/", consent.correct, name="correct-consent"),
    path(SUBJECT + "consent/<int:consent_pk>/history/", consent.history, name="consent-history"),
    path(SUBJECT + "consent/withdraw/", consent.withdraw, name="withdraw"),
    path(SUBJECT + "protocol-version/", amendment.move_version, name="move-version"),
    path(SUBJECT + "eligibility/", eligibility.eligibility, name="eligibility"),
    path(SUBJECT + "eligibility/decide/", eligibility.decide, name="decide"),
    path(SUBJECT + "rescreen/", rescreening.rescreen, name="rescreen"),
    path(SUBJECT + "enrol/", enrolment.enrol, name="enrol"),
    path(SUBJECT + "arm/", allocation.change_arm, name="change-arm"),
    path(SUBJECT + "end/", enrolment.end_participation, name="end"),
    path(TRIAL + "deviations/", deviations.deviation_list, name="deviation-list"),
    path(SUBJECT + "deviations/", deviations.subject_deviations, name="subject-deviations"),
    path(SUBJECT + "deviations/report/", deviations.report, name="report-deviation"),
    path(SUBJECT + "deviations/<int:deviation_number>/", deviations.deviation, name="deviation"),
    path(SUBJECT + "deviations/<int:deviation_number>/void/", deviations.void, name="void-deviation"),
    path(SUBJECT + "visits/unscheduled/", extra_visits.unscheduled, name="unscheduled-visit"),
    path(SUBJECT + "visits/early-termination/", extra_visits.early_termination, name="early-termination"),
    path(SUBJECT + "visits/<str:code>/", visits.visit, name="visit"),
    path(SUBJECT + "visits/<str:code>/correct/", visits.correct_visit, name="correct-visit"),
    path(SUBJECT + "visits/<str:code>/reopen/", visits.reopen_visit, name="reopen-visit"),
    path(SUBJECT + "visits/<str:code>/missed/", visits.miss_visit, name="miss-visit"),
]
