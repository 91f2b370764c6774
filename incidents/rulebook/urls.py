"""The pages of the rules of competence, mounted at /rules/."""

from django.urls import path

from incidents.rulebook import sheets_views, views

app_name = "rulebook"
urlpatterns = [
    path("", views.rules, name="rules"),
    path("new/", views.edit, name="new"),
    path("test/", views.test, name="test"),
    path("coverage/", views.coverage, name="coverage"),
    path("import/", sheets_views.import_, name="import"),
    path("export.<str:form>", sheets_views.export, name="export"),
    path("rule/<slug:code>/", views.edit, name="edit"),
]
