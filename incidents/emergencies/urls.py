"""Positions from devices, and the screens of dispatchers and crews."""

from django.urls import path

from incidents.emergencies.positions import receiving

app_name = "emergencies"
urlpatterns = [
    path("positions/batch", receiving.batch, name="batch"),
    path("positions/osmand", receiving.osmand, name="osmand"),
]
