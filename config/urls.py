"""All addresses."""

from django.urls import include, path

from accounts.views import choose_language
from workspace.views import home

urlpatterns = [
    path("", home, name="home"),
    path("language/", choose_language, name="set_language"),
    path("", include("accounts.urls")),
    path("", include("notifications.urls")),
    path("", include("workspace.urls")),
    path("", include("patients.urls")),
    path("", include("assessments.urls")),
    path("", include("safety.urls")),
    path("", include("exports.urls")),
]

handler500 = "workspace.errors.server_error"
