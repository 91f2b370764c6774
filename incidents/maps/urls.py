"""Maps of the past, and a day again. Mounted at /map/."""

from django.urls import path

from incidents.maps import replay_views, views

app_name = "maps"
urlpatterns = [
    path("replay/", replay_views.page, name="replay"),
    path("replay/day.json", replay_views.day, name="replay_day"),
    path("wards.json", views.wards, name="wards"),
    path("history/<int:z>/<int:x>/<int:y>.mvt", views.history_tile, name="history"),
]
