"""Addresses of the answers on hold, below ``/held/``."""

from django.urls import path

from surveys import held_views as views

app_name = "held"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<int:pk>/confirm/", views.confirm, name="confirm"),
    path("<int:pk>/dismiss/", views.dismiss, name="dismiss"),
]
