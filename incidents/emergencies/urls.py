"""Positions from devices, and the screens of dispatchers and crews."""

from django.urls import path

from incidents.emergencies.facilities.receiving import machine
from incidents.emergencies.positions import receiving
from incidents.emergencies.screens import views
from opscenter import offline

app_name = "emergencies"
urlpatterns = [
    path("positions/batch", receiving.batch, name="batch"),
    path("positions/osmand", receiving.osmand, name="osmand"),
    path("emergencies/", views.board, name="board"),
    path("emergencies/<str:code>/panel", views.panel, name="panel"),
    path("emergencies/<str:code>/report/", views.report, name="report"),
    path("emergencies/<str:code>/replay/", views.replay, name="replay"),
    path("emergencies/worker.js", offline.notifier, {"start": "/emergencies/"}, name="board_worker"),
    path("emergencies/<str:code>/major/", views.major, name="major"),
    path("emergencies/<str:code>/sitreps/<int:number>/", views.sitrep, name="sitrep"),
    path("emergencies/targets", views.targets, name="targets"),
    path("facilities/", views.facilities, name="facilities"),
    path("facilities/declare", machine, name="machine"),
    path("crew/", views.crew, name="crew"),
    path("crew/manifest.webmanifest", views.crew_manifest, name="crew_manifest"),
    path("crew/worker.js", offline.notifier, {"start": "/crew/"}, name="crew_worker"),
]
