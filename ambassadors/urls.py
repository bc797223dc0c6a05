"""Every address of the product."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from ambassadors import views

# One door: Django's own sign-in page for the admin has neither rate limits nor our rules.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", views.home, name="home"),
    path("s/", include("surveys.urls")),
    path("alerts/", include("alerts.urls")),
    path("notifications/", include("alerts.notification_urls")),
    path("invitations/", include("surveys.staff_urls")),
    path("questionnaires/", include("surveys.questionnaire_urls")),
    path("texts/", include("surveys.texts_urls")),
    path("held/", include("surveys.held_urls")),
    path("programme/", include("ambassadors.programme.urls")),
    path("challenge/", include("ambassadors.steering.urls")),
    path("dashboard/views/", include("ambassadors.steering.view_urls")),
    path("dashboard/report/", include("ambassadors.board.urls")),
    path("dashboard/", include("ambassadors.dashboard.urls")),
    path("outbox/", include("outbox.urls")),
    path("absence/", include("staff.absence_urls")),
    path("brand/", include("staff.brand_urls")),
    path("settings/guides/", include("alerts.guide_urls")),
    path("settings/causes/", include("alerts.cause_urls")),
    path("settings/chat/", include("outbox.chat_urls")),
    path("settings/webhooks/", include("outbox.endpoint_urls")),
    path("settings/works-council/", include("staff.council_urls")),
    path("settings/", include("staff.settings_urls")),
    path("settings/clocks/", include("alerts.clock_urls")),
    path("anymail/", include("outbox.webhook_urls")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("accounts/", include("staff.urls")),
    path("admin/", admin.site.urls),
]
