"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

from ambassadors import views

urlpatterns = [
    path("", views.home, name="home"),
    path("s/", include("surveys.urls")),
    path("alerts/", include("alerts.urls")),
    path("dashboard/", include("ambassadors.dashboard.urls")),
    path("outbox/", include("outbox.urls")),
    path("healthz", views.healthz, name="healthz"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
