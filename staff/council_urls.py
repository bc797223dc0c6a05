"""Works-council mode, below ``/settings/works-council/``."""

from django.urls import path

from staff import council_views as views

app_name = "council"
urlpatterns = [path("", views.detail, name="detail")]
