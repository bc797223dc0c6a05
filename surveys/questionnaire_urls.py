"""Addresses of the questionnaires, below ``/questionnaires/``."""

from django.urls import path

from surveys import questionnaire_views as views

app_name = "questionnaires"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/<slug:touchpoint>/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/preview/<slug:language>/", views.preview, name="preview"),
    path("<int:pk>/use/", views.use, name="use"),
    path("<int:pk>/stop/", views.stop, name="stop"),
    path("<int:pk>/discard/", views.discard, name="discard"),
]
