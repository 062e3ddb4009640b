"""Addresses of the inbox and of what a person wants by mail."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read-all"),
    path("inbox/<int:reminder_pk>/", views.follow, name="follow"),
    path("account/reminders/", views.choices, name="choices"),
]
