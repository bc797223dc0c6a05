"""The pages of chat addresses, below ``/settings/chat/``."""

from django.urls import path

from outbox import chat_views as views

app_name = "chat"
urlpatterns = [
    path("", views.address_list, name="list"),
    path("add/", views.address_add, name="add"),
    path("<int:pk>/", views.address_detail, name="detail"),
    path("<int:pk>/test/", views.address_test, name="test"),
    path("<int:pk>/on/", views.address_on, name="on"),
    path("<int:pk>/off/", views.address_off, name="off"),
    path("<int:pk>/delete/", views.address_delete, name="delete"),
]
