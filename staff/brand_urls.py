"""The addresses of the firm's branding, below ``/brand/``."""

from django.urls import path, re_path

from staff import brand_views as views

app_name = "brand"
urlpatterns = [
    path("", views.edit, name="edit"),
    re_path(r"^colours/(?P<accent>[0-9a-f]{6})\.css$", views.colours, name="colours"),
]
