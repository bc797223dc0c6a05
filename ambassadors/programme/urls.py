"""Asks."""

from django.urls import path

from ambassadors.programme import views

app_name = "programme"
urlpatterns = [
    path("alerts/<int:pk>/ask/", views.ask, name="ask"),
    path("asks/<int:pk>/answer/", views.answer, name="answer"),
]
