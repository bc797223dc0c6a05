"""The addresses of the outbox."""

from django.urls import path

from outbox import views

app_name = "outbox"
urlpatterns = [
    path("", views.delivery_list, name="list"),
    path("hold/", views.sending_hold, name="hold"),
    path("resume/", views.sending_resume, name="resume"),
    path("<int:pk>/again/", views.delivery_again, name="again"),
    path("<int:pk>/cancel/", views.delivery_cancel, name="cancel"),
    path("<int:pk>/", views.delivery_detail, name="detail"),
    path("<int:pk>/body/", views.delivery_body, name="body"),
]
