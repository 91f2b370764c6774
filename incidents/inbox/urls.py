"""The agencies' inbox. Mounted at /inbox/."""

from django.urls import path

from incidents.inbox import app, views

app_name = "inbox"
urlpatterns = [
    path("", views.inbox, name="home"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("worker.js", app.worker, name="worker"),
    path("assignment/<int:pk>/", views.assignment, name="assignment"),
    path("assignment/<int:pk>/photo/", views.first_photo, name="first_photo"),
]
