"""Where providers post their events, under the names that Anymail's documentation gives."""

from django.urls import path

from outbox.webhooks import provider_events

app_name = "webhooks"
urlpatterns = [path("<slug:provider>/tracking/", provider_events, name="tracking")]
