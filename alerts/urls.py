"""The inbox."""

from django.urls import path

from alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.inbox, name="list"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<int:pk>/contact/", views.contact, name="contact"),
    path("<int:pk>/snooze/", views.snooze, name="snooze"),
    path("<int:pk>/wake/", views.wake, name="wake"),
    path("<int:pk>/reassign/", views.reassign, name="reassign"),
    path("<int:pk>/reopen/", views.reopen, name="reopen"),
    path("<int:pk>/note/", views.note, name="note"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/follow-up/", views.follow_up, name="follow-up"),
]
