"""Which package answers which path. Each package keeps its own urls.py."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from opscenter.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
]
