"""Addresses of the root causes, below ``/settings/causes/``."""

from django.urls import path

from alerts import cause_views as views

app_name = "causes"
urlpatterns = [
    path("", views.cause_list, name="list"),
    path("new/", views.add, name="add"),
    path("<slug:code>/", views.edit, name="edit"),
    path("<slug:code>/standard/", views.use_standard, name="standard"),
]
