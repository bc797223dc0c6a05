"""The address of the page that lists what administrators set, below ``/settings/``."""

from django.urls import path

from staff import settings_views as views

app_name = "settings"
urlpatterns = [path("", views.settings_list, name="list")]
