"""Figures and reports. Mounted at /figures/."""

from django.urls import path

from incidents.figures import file_views, opendata_views, template_views, views

app_name = "figures"
urlpatterns = [
    path("", views.page, name="page"),
    path("public/", opendata_views.page, name="public"),
    path("public/1022.csv", opendata_views.data_csv, name="public_csv"),
    path("public/1022.geojson", opendata_views.data_geojson, name="public_geojson"),
    path("template/", template_views.page, name="template"),
    path("template/file/", template_views.fetch, name="template_file"),
    path("files/", file_views.files, name="files"),
    path("files/ask/", file_views.ask, name="ask"),
    path("files/<int:pk>/", file_views.fetch, name="fetch"),
]
