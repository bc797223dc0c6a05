"""The addresses of the bare project; the client's page is where the product has it."""

from django.urls import path

from ambassadors.views import healthz
from benchmarks.bare import views

urlpatterns = [path("s/<str:token>/", views.page), path("healthz", healthz)]
