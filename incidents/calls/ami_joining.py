"""Many events of Asterisk about the channels of one call, joined by Linkedid into the few reports of a call. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from incidents.calls.ami_protocol import Message
from incidents.calls.lifecycle import PhoneEvent
from incidents.calls.receiving import PhoneReport

# Our name of an exchange's call begins with this, so that what this exchange no longer knows can be told.
PREFIX = "ami:"
# Dialplan variables that name the recording.
_RECORDINGS = frozenset({"MIXMONITOR_FILENAME", "RECORDING"})


@dataclass(slots=True)
class Line:
    """What is known of one call of the exchange while it lives."""

    channel: str = ""
    number: str = ""
    name: str = ""
    dialled: str = ""
    # The channel of the desk that answered.
    agent: str = ""
    recording: str = ""
    queued: bool = False


class Joiner:
    """Follows the calls of one exchange. `queues`: only these queues are ours; empty means all."""

    def __init__(self, queues: Collection[str] = ()) -> None:
        self.lines: dict[str, Line] = {}
        self._queues = frozenset(queues)

    def event(self, message: Message, now: dt.datetime) -> PhoneReport | None:
        """What an event means for its call; None for the many that mean nothing to us."""
        linked = message.get("linkedid") or message.get("uniqueid", "")
        at = _time(message, now)
        match message.get("event", "").lower():
            case "newchannel" if message.get("uniqueid") == linked:
                self.lines[linked] = Line(channel=message.get("channel", ""), dialled=message.get("exten", ""))
            case "queuecallerjoin" if self._ours(message):
                line = self._queued(linked, message)
                return self._report(PhoneEvent.RINGING, linked, line, at)
            case "agentconnect" if self._ours(message):
                line = self._queued(linked, message)
                line.agent = message.get("destchannel", "")
                extension = message.get("interface") or message.get("membername", "")
                return self._report(PhoneEvent.ANSWERED, linked, line, at, extension)
            case "agentcomplete" if linked in self.lines:
                return self._report(PhoneEvent.ENDED, linked, self.lines[linked], at)
            case "queuecallerabandon" if linked in self.lines:
                return self._report(PhoneEvent.ABANDONED, linked, self.lines[linked], at)
            case "pickup":
                target = message.get("targetlinkedid") or message.get("targetuniqueid", "")
                line = self.lines.get(target, Line())
                if line.queued:
                    return self._report(PhoneEvent.CLAIMED_EXTERNALLY, target, line, at)
            case "varset" if message.get("variable", "").upper() in _RECORDINGS and linked in self.lines:
                self.lines[linked].recording = message.get("value", "")
            case "hangup" if message.get("uniqueid") == linked and linked in self.lines:
                line = self.lines.pop(linked)
                return self._report(PhoneEvent.ENDED, linked, line, at) if line.queued else None
        return None

    def entry(self, message: Message, now: dt.datetime) -> PhoneReport | None:
        """A QueueEntry of QueueStatus: somebody who was waiting already when we connected."""
        if not self._ours(message):
            return None
        linked = message.get("linkedid") or message.get("uniqueid", "")
        line = self._queued(linked, message)
        waited = message.get("wait", "0")
        at = now - dt.timedelta(seconds=int(waited) if waited.isdigit() else 0)
        return self._report(PhoneEvent.RINGING, linked, line, at)

    def channel(self, message: Message) -> None:
        """A CoreShowChannel: a channel that was there already when we connected."""
        linked = message.get("linkedid", "")
        line = self.lines.setdefault(linked, Line())
        if message.get("uniqueid") == linked:
            line.channel = message.get("channel", "")
        elif message.get("application", "").lower() == "appqueue":
            line.agent = message.get("channel", "")

    def _ours(self, message: Message) -> bool:
        return not self._queues or message.get("queue", "") in self._queues

    def _queued(self, linked: str, message: Message) -> Line:
        line = self.lines.setdefault(linked, Line())
        line.queued = True
        line.channel = message.get("channel", "") or line.channel
        line.number = line.number or message.get("calleridnum", "")
        line.name = line.name or message.get("calleridname", "")
        line.dialled = line.dialled or message.get("queue", "")
        return line

    def _report(self, event: PhoneEvent, linked: str, line: Line, at: dt.datetime, extension: str = "") -> PhoneReport:
        unknown = {"<unknown>", "unknown", "anonymous"}
        return PhoneReport(
            event=event,
            call_id=f"{PREFIX}{linked}"[:100],
            event_ts=at,
            caller_number="" if line.number.lower() in unknown else line.number,
            caller_name="" if line.name.lower() in unknown else line.name,
            called_number=line.dialled,
            extension=extension,
            recording=line.recording,
        )


def _time(message: Message, now: dt.datetime) -> dt.datetime:
    """The exchange's own time where it is told to give one (timestampevents = yes), else ours."""
    try:
        return dt.datetime.fromtimestamp(float(message["timestamp"]), dt.UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return now
