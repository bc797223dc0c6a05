"""The board report."""

from django.urls import path

from ambassadors.board import views

app_name = "board"
urlpatterns = [
    path("", views.report, name="report"),
    path("settings", views.settings, name="settings"),
]
