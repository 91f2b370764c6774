"""The pages on which answers are written, mounted at /answers/."""

from django.urls import path

from incidents.knowledge import views

app_name = "knowledge"
urlpatterns = [
    path("", views.answers, name="answers"),
    path("new/", views.edit, name="new"),
    path("from-incident/", views.from_incident, name="from_incident"),
    path("<int:pk>/", views.edit, name="edit"),
    path("<int:pk>/<slug:act>/", views.move, name="move"),
    path("documents/", views.documents, name="documents"),
    path("documents/<int:pk>/repeal/", views.repeal, name="repeal"),
]
