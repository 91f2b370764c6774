"""The agencies' inbox. Mounted at /inbox/."""

from django.urls import path

from incidents.inbox import app, people, views
from opscenter import offline

# Served here, because its scope is /inbox/. The map is kept too: it has to open without a network.
_WORKER = {"start": "/inbox/", "entries": ("src/inbox.ts",), "script": "inbox", "later": True}

app_name = "inbox"
urlpatterns = [
    path("", views.inbox, name="home"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("worker.js", offline.worker, _WORKER, name="worker"),
    path("people/", people.people, name="people"),
    path("assignment/<int:pk>/", views.assignment, name="assignment"),
    path("assignment/<int:pk>/photo/", views.first_photo, name="first_photo"),
]
