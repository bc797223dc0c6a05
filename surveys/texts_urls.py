"""Addresses of the texts of mails, below ``/texts/``."""

from django.urls import path

from surveys import texts_views as views

app_name = "texts"
urlpatterns = [
    path("", views.text_list, name="list"),
    path("frame/<str:draft>/", views.frame, name="frame"),
    path("<slug:kind>/<slug:language>/", views.edit, name="edit"),
    path("<slug:kind>/<slug:language>/preview/", views.preview, name="preview"),
    path("<slug:kind>/<slug:language>/test/", views.send_test, name="test"),
    path("<slug:kind>/<slug:language>/standard/", views.use_standard, name="standard"),
]
