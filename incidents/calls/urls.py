"""What a telephone exchange calls."""

from django.urls import path

from incidents.calls import webhook

app_name = "calls"
urlpatterns = [path("doors/phone/webhook", webhook.webhook, name="phone_webhook")]
