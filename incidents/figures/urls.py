"""Figures and reports. Mounted at /figures/."""

from django.urls import path

from incidents.figures import views

app_name = "figures"
urlpatterns = [
    path("", views.page, name="page"),
]
