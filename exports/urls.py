"""Addresses of the exports."""

from django.urls import path

from exports import views

app_name = "exports"

urlpatterns = [
    path("trials/<str:registration>/exports/", views.export_list, name="list"),
    path("trials/<str:registration>/exports/new/", views.create, name="create"),
    path("trials/<str:registration>/adverse-events/listing/", views.line_listing, name="line-listing"),
    path("trials/<str:registration>/safety-desk/summary.pdf", views.safety_summary, name="safety-summary"),
]
