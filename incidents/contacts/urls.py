"""The pages for contacts without an account. Mounted at the root."""

from django.urls import path

from incidents.contacts import board, views

app_name = "contacts"
urlpatterns = [
    path("lien-lac/", board.board, name="board"),
    path("lien-lac/<int:pk>/thu/", board.start, name="start_drill"),
    path("lien-lac/<int:pk>/xac-nhan/", board.heard, name="heard"),
    path("xac-nhan/<str:token>/", board.confirm, name="confirm"),
    path("viec/<str:token>/", views.task, name="task"),
    path("viec/<str:token>/anh/<int:photo_id>/", views.photo, name="photo"),
]
