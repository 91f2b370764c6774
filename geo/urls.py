"""Addresses under /geo/."""

from django.urls import path

from geo import views

app_name = "geo"
urlpatterns = [
    path("areas/current.json", views.current, name="current"),
    path("areas/<slug:set_name>.<slug:token>.geojson", views.borders, name="borders"),
    path("suggest", views.suggestions, name="suggest"),
]
