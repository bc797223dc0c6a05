"""The inbox."""

from django.urls import path

from alerts import fix_views, lead_views, list_views, views

app_name = "alerts"
urlpatterns = [
    path("", views.inbox, name="list"),
    path("fresh/", list_views.fresh, name="fresh"),
    path("views/", list_views.saved_views, name="views"),
    path("views/save/", list_views.save_view, name="save-view"),
    path("views/<int:pk>/rename/", list_views.rename_view, name="rename-view"),
    path("views/<int:pk>/delete/", list_views.delete_view, name="delete-view"),
    path("views/<int:pk>/start/", list_views.start_with_view, name="start-view"),
    path("fixes/", fix_views.listing, name="fixes"),
    path("fixes/<int:pk>/", fix_views.edit, name="fix"),
    path("leads/<int:pk>/", lead_views.detail, name="lead"),
    path("leads/<int:pk>/take-over/", lead_views.take_over, name="lead-take-over"),
    path("leads/<int:pk>/contact/", lead_views.contact, name="lead-contact"),
    path("leads/<int:pk>/stage/", lead_views.stage, name="lead-stage"),
    path("leads/<int:pk>/value/", lead_views.value, name="lead-value"),
    path("leads/<int:pk>/hand-over/", lead_views.hand_over, name="lead-hand_over"),
    path("leads/<int:pk>/note/", lead_views.note, name="lead-note"),
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
