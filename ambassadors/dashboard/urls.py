"""The addresses of the dashboard."""

from django.urls import path

from ambassadors.dashboard import account_views, list_views, views

app_name = "dashboard"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("names/", list_views.names, name="names"),
    path("contacts/", list_views.contacts, name="contacts"),
    path("lists/<slug:which>/", list_views.listing, name="list"),
    path("export/<slug:which>.<slug:kind>", list_views.export, name="export"),
    path("people/<int:pk>/", account_views.person, name="person"),
    path("clients/<int:pk>/", account_views.client, name="client"),
]
