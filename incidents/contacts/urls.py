"""The pages for contacts without an account. Mounted at the root."""

from django.urls import path

from incidents.contacts import views

app_name = "contacts"
urlpatterns = [
    path("viec/<str:token>/", views.task, name="task"),
    path("viec/<str:token>/anh/<int:photo_id>/", views.photo, name="photo"),
]
