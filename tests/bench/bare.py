"""The baseline of a webhook: a Django view that reads the body and answers 200, on the same server. No database.

daphne -p PORT tests.bench.bare:application
"""

from __future__ import annotations

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="tests.bench.bare",
        LOGGING={"version": 1, "loggers": {"django.channels.server": {"level": "WARNING"}}},
    )
    django.setup()


@csrf_exempt
def answer(request: HttpRequest, door: str) -> HttpResponse:
    return HttpResponse("ok" if request.body else "")


urlpatterns = [path("doors/<door>/webhook", answer)]
application = get_asgi_application()
