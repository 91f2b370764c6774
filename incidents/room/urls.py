"""The control room's pages, mounted at /room/."""

from django.urls import path

from incidents.room import views

app_name = "room"
urlpatterns = [
    path("", views.home, name="home"),
    path("incident/<str:code>/", views.home, name="incident"),
    path("incident/<str:code>/panel", views.panel, name="panel"),
    path("photo/<int:pk>/", views.photo, name="photo"),
    path("surges", views.surges, name="surges"),
    path("caller", views.caller, name="caller"),
]
