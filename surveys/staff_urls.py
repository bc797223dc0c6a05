"""Addresses of the page of the invitations, below ``/invitations/``."""

from django.urls import path

from surveys import staff_views as views

app_name = "invitations"
urlpatterns = [
    path("", views.invitation_list, name="list"),
    path("<int:pk>/hold/", views.hold, name="hold"),
    path("held/<int:pk>/lift/", views.lift, name="lift"),
]
