"""Which package answers which path. Each package keeps its own urls.py."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from opscenter.accounts import own_keys, own_people_views
from opscenter.accounts.bulk_views import issue_many
from opscenter.accounts.menu import menu, phone
from opscenter.accounts.start import home
from opscenter.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health),
    path("i18n/", include("django.conf.urls.i18n")),
    path("start/", home, name="home"),
    path("admin/", admin.site.urls),
    path("accounts/menu/", menu, name="account_menu"),
    path("accounts/phone/", phone, name="account_phone"),
    path("accounts/many/", issue_many, name="issue_many"),
    path("accounts/keys/", own_keys.keys, name="own_keys"),
    path("accounts/keys/<int:pk>/revoke/", own_keys.revoke, name="own_key_revoke"),
    path("accounts/people/", own_people_views.people, name="own_people"),
    path("accounts/people/<int:pk>/", own_people_views.act, name="own_people_act"),
    path("accounts/", include("allauth.urls")),
    path("geo/", include("geo.urls")),
    path("", include("incidents.urls")),
    path("", include("incidents.delivery.urls")),
    path("room/", include("incidents.room.urls")),
    path("inbox/", include("incidents.inbox.urls")),
    path("rules/", include("incidents.rulebook.urls")),
    path("territory/", include("incidents.territory.urls")),
    path("", include("incidents.emergencies.urls")),
    path("", include("incidents.partners.urls")),
    path("privacy/", include("incidents.privacy.urls")),
    path("wall/", include("incidents.wall.urls")),
    path("roster/", include("incidents.roster.urls")),
    path("figures/schedules/", include("incidents.bulletins.urls")),
    path("map/", include("incidents.maps.urls")),
    path("figures/", include("incidents.figures.urls")),
    path("ogc/", include("incidents.features.urls")),
    path("answers/", include("incidents.knowledge.urls")),
    path("", include("incidents.doors.urls")),
    path("", include("incidents.calls.urls")),
    path("", include("incidents.contacts.urls")),
    path("", include("incidents.portal.urls")),
]
