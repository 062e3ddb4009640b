"""Addresses of the landing page, the protocol, the product lots and the people of a trial."""

from django.urls import path

from workspace import (
    background_views,
    enrolment_views,
    lot_views,
    profile_views,
    range_views,
    sheet_views,
    site_views,
    views,
)

app_name = "workspace"
TRIAL = "trials/<str:registration>/"

urlpatterns = [
    path(TRIAL, views.today, name="today"),
    path(TRIAL + "protocol/", views.protocol, name="protocol"),
    path(TRIAL + "information-sheets/", sheet_views.sheets, name="sheets"),
    path(TRIAL + "information-sheets/new/", sheet_views.new_sheet, name="new-sheet"),
    path(TRIAL + "information-sheets/<int:sheet_pk>/", sheet_views.edit_sheet, name="edit-sheet"),
    path(TRIAL + "sites/", site_views.sites, name="sites"),
    path(TRIAL + "sites/<int:site_pk>/days/", site_views.site_days, name="site-days"),
    path(TRIAL + "sites/sponsor/", site_views.sponsor_zone, name="sponsor-zone"),
    path(TRIAL + "normal-ranges/", range_views.ranges, name="ranges"),
    path(TRIAL + "normal-ranges/new/", range_views.new_range, name="new-range"),
    path(TRIAL + "normal-ranges/list/", range_views.range_list, name="range-list"),
    path(TRIAL + "normal-ranges/<int:range_pk>/", range_views.edit_range, name="edit-range"),
    path(TRIAL + "enrolment/", enrolment_views.enrolment, name="enrolment"),
    path(TRIAL + "enrolment/stop/", enrolment_views.stop_enrolment, name="stop-enrolment"),
    path(TRIAL + "enrolment/reopen/", enrolment_views.reopen_enrolment, name="reopen-enrolment"),
    path(TRIAL + "enrolment/target/", enrolment_views.enrolment_target, name="enrolment-target"),
    path(TRIAL + "enrolment/limit/", enrolment_views.enrolment_limit, name="enrolment-limit"),
    path(TRIAL + "enrolment/list/", enrolment_views.allocation_list, name="allocation"),
    path(TRIAL + "lots/", lot_views.lots, name="lots"),
    path(TRIAL + "lots/new/", lot_views.new_lot, name="new-lot"),
    path(TRIAL + "lots/<int:lot_pk>/", lot_views.lot, name="lot"),
    path(TRIAL + "lots/<int:lot_pk>/history/", lot_views.lot_history, name="lot-history"),
    path(TRIAL + "lots/<int:lot_pk>/correct/", lot_views.correct_lot, name="correct-lot"),
    path(TRIAL + "lots/<int:lot_pk>/release/", lot_views.release_lot, name="release-lot"),
    path(TRIAL + "lots/<int:lot_pk>/reject/", lot_views.reject_lot, name="reject-lot"),
    path(TRIAL + "lots/<int:lot_pk>/recall/", lot_views.recall_lot, name="recall-lot"),
    path(TRIAL + "subjects/<str:number>/safety-profile/", profile_views.safety_profile, name="safety-profile"),
    path(TRIAL + "background-work/", background_views.background_work, name="background"),
    path(TRIAL + "background-work/mails/<int:mail_pk>/try-again/", background_views.try_again, name="try-again"),
    path(TRIAL + "background-work/mail-preview/", background_views.mail_preview, name="mail-preview"),
    path(TRIAL + "background-work/mail-preview/html/", background_views.mail_as_html, name="mail-as-html"),
    path(TRIAL + "people/", views.people, name="people"),
    path(TRIAL + "people/new/", views.new_account, name="new-account"),
    path(TRIAL + "people/delegate/", views.delegate, name="delegate"),
    path(TRIAL + "people/<int:pk>/end/", views.end_delegation, name="end-delegation"),
]
