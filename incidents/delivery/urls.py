"""Notifications of staff."""

from django.urls import path

from incidents.delivery.push import views

urlpatterns = [path("push/device", views.device, name="push_device")]
