"""Addresses of the landing page, the protocol and the people of a trial."""

from django.urls import path

from workspace import sheet_views, views

app_name = "workspace"
TRIAL = "trials/<str:registration>/"

urlpatterns = [
    path(TRIAL, views.today, name="today"),
    path(TRIAL + "protocol/", views.protocol, name="protocol"),
    path(TRIAL + "information-sheets/", sheet_views.sheets, name="sheets"),
    path(TRIAL + "information-sheets/new/", sheet_views.new_sheet, name="new-sheet"),
    path(TRIAL + "information-sheets/<int:sheet_pk>/", sheet_views.edit_sheet, name="edit-sheet"),
    path(TRIAL + "people/", views.people, name="people"),
    path(TRIAL + "people/new/", views.new_account, name="new-account"),
    path(TRIAL + "people/delegate/", views.delegate, name="delegate"),
    path(TRIAL + "people/<int:pk>/end/", views.end_delegation, name="end-delegation"),
]
