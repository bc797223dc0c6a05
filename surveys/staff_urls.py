"""Addresses of the page of the invitations, below ``/invitations/``."""

from django.urls import path

from surveys import invitation_views, line_views
from surveys import staff_views as views

app_name = "invitations"
urlpatterns = [
    path("", views.invitation_list, name="list"),
    path("<int:pk>/", invitation_views.detail, name="detail"),
    path("<int:pk>/reopen/", invitation_views.reopen_invitation, name="reopen"),
    path("<int:pk>/reopen/undo/", invitation_views.undo_reopen, name="undo_reopen"),
    path("<int:pk>/hold/", views.hold, name="hold"),
    path("<int:pk>/line/", line_views.line, name="line"),
    path("held/<int:pk>/lift/", views.lift, name="lift"),
]
