"""Reports that leave at their time. Mounted at /figures/schedules/."""

from django.urls import path

from incidents.bulletins import views

app_name = "bulletins"
urlpatterns = [
    path("", views.page, name="page"),
    path("new/", views.edit, name="new"),
    path("<int:pk>/", views.edit, name="edit"),
    path("<int:pk>/try/", views.send_now, name="try"),
]
