"""An agency's system with a key, a source of warnings, and the invented province's services."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from django.test import Client

from incidents.partners.models import SystemKey, WarningSource
from incidents.webhooks.signing import signature_of
from opscenter.accounts.models import Agency
from tests.cast import cast
from tests.emergencies.conftest import services
from tests.intake.world import world

__all__ = ["cast", "services", "world"]


_HANOI = dt.timezone(dt.timedelta(hours=7))
_NOW = dt.datetime.now(_HANOI)
SENT = (_NOW - dt.timedelta(hours=2)).isoformat(timespec="seconds")
LATER = (_NOW - dt.timedelta(hours=1)).isoformat(timespec="seconds")


class System:
    """A partner's own system, with a key of its agency."""

    def __init__(self, agency: Agency, **given: Any) -> None:
        self.row = SystemKey(name=f"he-thong-{agency.code}-{len(given)}", agency=agency, **given)
        self.key = self.row.renew()
        self.row.save()

    def get(self, path: str) -> Any:
        return Client().get(path, headers={"Authorization": f"Bearer {self.key}"})


@pytest.fixture
def source(db: None) -> WarningSource:
    return WarningSource.objects.create(name="khi-tuong", label="Đài khí tượng (thử)")


def post_warning(source: WarningSource, body: str | bytes, **headers: str) -> Any:
    raw = body.encode() if isinstance(body, str) else body
    moment = headers.pop("moment", str(int(time.time())))
    given = {"X-Source": source.name, "X-Time": moment, "X-Signature": signature_of(source.secret, moment, raw)}
    return Client().post("/partners/warnings", raw, content_type="application/cap+xml", headers={**given, **headers})


def cap(identifier: str = "w1", **given: Any) -> str:
    """A warning of heavy rain over the invented province, as a weather service writes it."""
    told = {
        "sender": "khi-tuong@example.vn",
        "sent": SENT,
        "status": "Actual",
        "msgType": "Alert",
        "references": "",
        "severity": "Severe",
        "expires": "2099-01-01T00:00:00+07:00",
        "area": "<polygon>11.0,106.6 11.0,106.7 11.1,106.7 11.1,106.6 11.0,106.6</polygon>",
        "namespace": "urn:oasis:names:tc:emergency:cap:1.2",
        **given,
    }
    references = f"<references>{told['references']}</references>" if told["references"] else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{told["namespace"]}"><identifier>{identifier}</identifier><sender>{told["sender"]}</sender>
<sent>{told["sent"]}</sent><status>{told["status"]}</status><msgType>{told["msgType"]}</msgType><scope>Public</scope>
{references}<info><language>en-US</language><category>Met</category><event>Heavy rain</event><urgency>Expected</urgency>
<severity>{told["severity"]}</severity><certainty>Likely</certainty><expires>{told["expires"]}</expires>
<area><areaDesc>Elsewhere</areaDesc></area></info>
<info><language>vi-VN</language><category>Met</category><event>Mưa lớn</event><urgency>Expected</urgency>
<severity>{told["severity"]}</severity><certainty>Likely</certainty><expires>{told["expires"]}</expires>
<headline>Mưa lớn diện rộng</headline><instruction>Tránh vùng ngập.</instruction>
<area><areaDesc>Thành phố Sông Xanh</areaDesc>{told["area"]}</area></info></alert>"""
