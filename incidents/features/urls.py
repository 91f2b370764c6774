"""OGC API - Features, part 1: core. Mounted at /ogc/."""

from django.urls import path

from incidents.features import views

app_name = "features"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("conformance", views.conformance, name="conformance"),
    path("api", views.api, name="api"),
    path("collections", views.collections, name="collections"),
    path("collections/<str:name>", views.collection, name="collection"),
    path("collections/<str:name>/items", views.items, name="items"),
    path("collections/<str:name>/items/<str:feature>", views.item, name="item"),
]
