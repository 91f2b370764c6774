"""Positions from devices, and the screens of dispatchers and crews."""

from django.urls import path

from incidents.emergencies.positions import receiving
from incidents.emergencies.screens import views

app_name = "emergencies"
urlpatterns = [
    path("positions/batch", receiving.batch, name="batch"),
    path("positions/osmand", receiving.osmand, name="osmand"),
    path("emergencies/", views.board, name="board"),
    path("emergencies/<str:code>/panel", views.panel, name="panel"),
    path("emergencies/<str:code>/report/", views.report, name="report"),
    path("crew/", views.crew, name="crew"),
]
