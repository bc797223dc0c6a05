"""Absence, below ``/absence/``."""

from django.urls import path

from staff import absence_views as views

app_name = "absence"
urlpatterns = [
    path("", views.absences, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/end/", views.end, name="end"),
]
