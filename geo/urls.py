"""Addresses under /geo/."""

from django.urls import path

from geo import ground_views, views

app_name = "geo"
urlpatterns = [
    path("areas/current.json", views.current, name="current"),
    path("areas/<slug:set_name>.<slug:token>.geojson", views.borders, name="borders"),
    path("ground.json", ground_views.ground, name="ground"),
    path("ground/<slug:version>/<int:z>/<int:x>/<int:y>.mvt", ground_views.ground_square, name="ground_tile"),
    path("suggest", views.suggestions, name="suggest"),
]
