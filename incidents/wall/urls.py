"""The wall and its links. Mounted at /wall/."""

from django.urls import path

from incidents.wall import links, views

app_name = "wall"
urlpatterns = [
    path("", views.own_wall, name="own"),
    path("links/", links.links, name="links"),
    path("links/<int:pk>/revoke/", links.revoke, name="revoke"),
    path("names.json", views.own_names, name="own_names"),
    path("<str:token>/", views.linked_wall, name="linked"),
    path("<str:token>/names.json", views.linked_names, name="names"),
]
