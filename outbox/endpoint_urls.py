"""The addresses of the webhooks' settings, below ``/settings/webhooks/``."""

from django.urls import path

from outbox import endpoint_views as views

app_name = "endpoints"
urlpatterns = [
    path("", views.endpoint_list, name="list"),
    path("add/", views.endpoint_add, name="add"),
    path("<int:pk>/", views.endpoint_detail, name="detail"),
    path("<int:pk>/edit/", views.endpoint_edit, name="edit"),
    path("<int:pk>/test/", views.endpoint_test, name="test"),
    path("<int:pk>/rotate/", views.endpoint_rotate, name="rotate"),
    path("<int:pk>/off/", views.endpoint_off, name="off"),
    path("<int:pk>/on/", views.endpoint_on, name="on"),
    path("<int:pk>/delete/", views.endpoint_delete, name="delete"),
]
