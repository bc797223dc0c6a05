"""Saved views of the dashboard, below ``/dashboard/views/``."""

from django.urls import path

from ambassadors.steering import view_views as views

app_name = "dashboard-views"
urlpatterns = [
    path("", views.saved_views, name="views"),
    path("save/", views.save_view, name="save-view"),
    path("<int:pk>/rename/", views.rename_view, name="rename-view"),
    path("<int:pk>/delete/", views.delete_view, name="delete-view"),
    path("<int:pk>/start/", views.start_with_view, name="start-view"),
]
