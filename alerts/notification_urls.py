"""How somebody is told: their own choices, and below ``/settings/`` what the firm leaves them."""

from django.urls import path

from alerts import notification_views as views

app_name = "notifications"
urlpatterns = [
    path("", views.preferences, name="preferences"),
    path("rules/", views.rules, name="rules"),
]
