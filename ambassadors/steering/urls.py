"""Team challenges, below ``/challenge/``."""

from django.urls import path

from ambassadors.steering import views

app_name = "challenge"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/end/", views.end, name="end"),
]
