"""What other machines call. Open311 is mounted at /open311/, the webhooks at /doors/."""

from django.urls import include, path, register_converter

from incidents.doors import chat_webhook, open311, sms_webhook
from incidents.doors.chat import DOORS


class FormConverter:
    """The ending that says in which form to answer."""

    regex = "xml|json"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ChatDoorConverter:
    """The name of a chat platform; other doors' webhooks are other rooms' addresses."""

    regex = "[a-z0-9]+"

    def to_python(self, value: str) -> str:
        if value not in DOORS:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FormConverter, "form")
register_converter(ChatDoorConverter, "chat")

v2 = [
    path("discovery.<form:form>", open311.discovery, name="discovery"),
    path("services.<form:form>", open311.services, name="services"),
    path("services/<slug:code>.<form:form>", open311.service, name="service"),
    path("requests.<form:form>", open311.requests, name="requests"),
    path("requests/<slug:code>.<form:form>", open311.one_request, name="request"),
    path("tokens/<slug:code>.<form:form>", open311.token, name="token"),
]
urlpatterns = [
    path("open311/discovery.<form:form>", open311.discovery),
    path("open311/v2/", include((v2, "open311"))),
    path("doors/sms/<str:secret>/in", sms_webhook.incoming, name="sms_in"),
    path("doors/sms/<str:secret>/receipt", sms_webhook.receipt, name="sms_receipt"),
    path("doors/<chat:door>/webhook", chat_webhook.webhook, name="chat_webhook"),
]
