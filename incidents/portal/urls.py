"""The citizens' pages: report, follow, and what the browser asks them for. Mounted at the root."""

from django.urls import path

from incidents.portal import adding, answering, app, chatting, following, notifying, public_map, reporting
from opscenter import offline

app_name = "portal"
urlpatterns = [
    path("", reporting.home, name="home"),
    path("hoi-dap/", answering.answers, name="answers"),
    path("ban-do/", public_map.page, name="public_map"),
    path("ban-do/phan-anh.json", public_map.points, name="points"),
    path("anh/<str:key>/", public_map.photo, name="public_photo"),
    path("cua-toi/", app.mine, name="mine"),
    path("cua-toi/thong-bao/", notifying.notify, name="notify"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    # Everything that shows the citizen's start page without a network.
    path(
        "sw.js", offline.worker, {"start": "/", "entries": ("src/portal.ts", "src/portal/chat-box.ts")}, name="worker"
    ),
    path("phan-anh/", reporting.report, name="report"),
    path("phan-anh/cau-hoi/", reporting.extra_questions, name="questions"),
    path("tra-cuu/", following.look_up, name="look_up"),
    path("tra-cuu/<str:code>/", following.track, name="track"),
    path("tra-cuu/<str:code>/bo-sung/", adding.add, name="add"),
    path("tra-cuu/<str:code>/danh-gia/", adding.rating, name="rate"),
    path("tro-chuyen/", chatting.chat, name="chat"),
    path("tro-chuyen/ket-thuc/", chatting.end, name="chat_end"),
    path("tra-cuu/<str:code>/anh/<int:photo_id>/", following.photo, name="photo"),
]
