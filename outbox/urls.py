"""The addresses of the outbox."""

from django.urls import path

from outbox import views

app_name = "outbox"
urlpatterns = [
    path("", views.delivery_list, name="list"),
    path("<int:pk>/", views.delivery_detail, name="detail"),
    path("<int:pk>/body/", views.delivery_body, name="body"),
]
