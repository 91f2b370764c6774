"""Personal data, mounted at /privacy/."""

from django.urls import path

from incidents.privacy import views

app_name = "privacy"
urlpatterns = [
    path("", views.home, name="home"),
    path("<int:pk>/export/", views.export, name="export"),
    path("calls/erase/", views.erase_calls, name="erase_calls"),
    path("<int:pk>/erase/", views.erase, name="erase"),
]
