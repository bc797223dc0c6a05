"""The address of the dashboard."""

from django.urls import path

from ambassadors.dashboard import views

app_name = "dashboard"
urlpatterns = [path("", views.overview, name="overview")]
