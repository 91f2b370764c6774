"""The pages of the territory, mounted at /territory/."""

from django.urls import path

from incidents.territory import views

app_name = "territory"
urlpatterns = [
    path("", views.sets, name="sets"),
    path("lineage/", views.lineage, name="lineage"),
    path("places/", views.places, name="places"),
    path("places/add", views.add, name="add"),
    path("places/<int:pk>/remove", views.remove, name="remove"),
    path("names/", views.names, name="names"),
    path("names/<int:pk>/revoke", views.revoke, name="revoke"),
]
