"""What the rooms together answer: the staff's API and the names for the live stream."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from incidents.api.app import api
from incidents.api.everything import everything
from incidents.api.reference import reference

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api.urls),
    path("openapi.json", everything, name="openapi"),
    path("live/reference.json", reference, name="reference"),
]
