"""Figures and reports. Mounted at /figures/."""

from django.urls import path

from incidents.figures import file_views, views

app_name = "figures"
urlpatterns = [
    path("", views.page, name="page"),
    path("files/", file_views.files, name="files"),
    path("files/ask/", file_views.ask, name="ask"),
    path("files/<int:pk>/", file_views.fetch, name="fetch"),
]
