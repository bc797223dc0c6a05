"""Terms, working hours and closing days, below ``/settings/clocks/``."""

from django.urls import path

from alerts import clock_views as views

app_name = "clocks"
urlpatterns = [
    path("", views.overview, name="list"),
    path("terms/", views.terms, name="terms"),
    path("hours/", views.hours, name="firm"),
    path("hours/<int:pk>/", views.hours, name="division"),
    path("closing/", views.closing, name="closing"),
    path("closing/<int:pk>/remove/", views.remove_closing, name="remove-closing"),
]
