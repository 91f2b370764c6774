"""Addresses for partners' systems; keys, webhooks and sources are kept in the administration pages."""

from django.urls import path

from incidents.partners import views
from incidents.partners.warnings import receiving

app_name = "partners"
urlpatterns = [
    path("partners/incidents.geojson", views.incidents, name="incidents"),
    path("partners/units.geojson", views.units, name="units"),
    path("partners/cap/feed.atom", views.cap_feed, name="cap_feed"),
    path("partners/cap/<str:identifier>.xml", views.cap_message, name="cap_message"),
    path("partners/warnings", receiving.warning, name="warnings"),
]
