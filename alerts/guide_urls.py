"""Addresses of the call guides, below ``/settings/guides/``."""

from django.urls import path

from alerts import guide_views as views

app_name = "guides"
urlpatterns = [
    path("", views.guide_list, name="list"),
    path("<slug:group>/<slug:language>/", views.edit, name="edit"),
    path("<slug:group>/<slug:language>/standard/", views.use_standard, name="standard"),
]
