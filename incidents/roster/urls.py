"""Shifts and hand-over. Mounted at /roster/; the calendar stands beside it, because its address is a key."""

from django.urls import path

from incidents.roster import calendars, views

app_name = "roster"
urlpatterns = [
    path("", views.page, name="page"),
    path("copy/", views.copy, name="copy"),
    path("<int:kind>/<str:day>/", views.edit, name="edit"),
    path("handover/", views.handover, name="handover"),
    path("handover/<int:pk>/confirm/", views.confirm_note, name="confirm"),
    path("calendar/<str:key>.ics", calendars.feed, name="feed"),
]
