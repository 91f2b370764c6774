"""The stream over real sockets and real web processes: what is sent, to whom, and when it is ended."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from realtime import log
from realtime.change import change
from realtime.connection import MAX_UNACKED_SECONDS
from realtime.hub import HEARTBEAT_EVERY, RIGHTS_EVERY
from tests.harness.processes import Program, wait_until
from tests.realtime.crowd import Crowd
from tests.realtime.probes import Grant, write
from tests.realtime.web import web

pytestmark = pytest.mark.usefixtures("probes")


@pytest.fixture(params=["daphne", "uvicorn"])
def site(request: pytest.FixtureRequest, web_of: Callable[[str], Program], probes: None) -> Iterator[Program]:
    program = web_of(request.param)
    before = len(program.printed())
    yield program
    printed = program.printed()[before:]
    assert "Traceback" not in printed, printed


@pytest.fixture
def daphne(web_of: Callable[[str], Program], probes: None) -> Program:
    """For what does not depend on the server."""
    return web_of("daphne")


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    with Crowd() as crowd:
        yield crowd


def grant(who: str, *keys: str) -> None:
    with change() as c:
        row, _ = Grant.objects.update_or_create(who=who, defaults={"keys": list(keys)})
        c.touch("rights", row.pk)


def tell(id: int, words: str, **audience: str) -> None:
    """Writes a probe; the audience's keys have "_" for ":"."""
    with change():
        write(id, words, {key.replace("_", ":"): profile for key, profile in audience.items()} or None)


def opened(site: Any, who: str, **options: Any) -> ClientConnection:
    address = f"ws://127.0.0.1:{site.port}/ws/stream/?who={who}"
    return connect(address, **{"origin": f"http://127.0.0.1:{site.port}", "max_size": None, "proxy": None, **options})


def resume(socket: ClientConnection, position: Any = None) -> dict[str, Any]:
    socket.send(json.dumps({"t": "resume", "position": position}))
    return dict(json.loads(socket.recv(5)))


def close_code(socket: ClientConnection, seconds: float = 5) -> int | None:
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            socket.recv(end - time.monotonic())
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    except TimeoutError:
        pass
    return None


def test_each_sees_its_profile_and_what_is_taken_from_it(site: Any, crowd: Crowd) -> None:
    grant("room", "room", "agency:1")
    grant("one", "agency:1")
    grant("two", "agency:2")
    tell(1, "Phú Hòa", room="room", agency_1="agency")
    room, one, two = (crowd.add(who, site.port) for who in ("room", "one", "two"))
    assert wait_until(lambda: room.words == {1: "Phú Hòa"} and one.words == {1: 7} and two.state.position is not None)
    tell(1, "Phú Lợi", room="room", agency_2="agency")
    tell(2, "ngập", agency_1="agency")
    assert wait_until(lambda: room.words == {1: "Phú Lợi", 2: 4} and one.words == {2: 4} and two.words == {1: 7})
    assert [c.kinds().count("snapshot") for c in (room, one, two)] == [1, 1, 1]
    # Nobody was ever sent a text that is not theirs.
    assert "Phú" not in json.dumps(one.heard + two.heard, ensure_ascii=False)
    top = log.state().top
    assert wait_until(lambda: all(c.state.position == {**c.state.position, "offset": top} for c in crowd.clients))
    assert [c.resumed for c in crowd.clients] == [1, 1, 1]


def test_a_change_does_not_wait_for_the_heartbeat_and_the_line_is_never_silent(site: Any, crowd: Crowd) -> None:
    grant("ann", "agency:1")
    client = crowd.add("ann", site.port)
    assert wait_until(lambda: client.state.position is not None)
    began = time.monotonic()
    for number in range(10):
        tell(1, "x" * number, agency_1="agency")
        assert wait_until(lambda n=number: client.words == {1: n}, every=0.005)  # type: ignore[misc]
    # How long it takes is the bench's to say; with the heartbeat it would be ten of them.
    assert time.monotonic() - began < 5 * HEARTBEAT_EVERY
    count = len(client.heard)
    time.sleep(2 * HEARTBEAT_EVERY + 0.5)
    beats = client.heard[count:]
    assert 1 <= len(beats) <= 3
    assert {(b["t"], b["after"], b["upto"]) for b in beats} == {("frame", log.state().top, log.state().top)}


def test_who_comes_back_gets_what_it_missed(site: Any) -> None:
    grant("ann", "agency:1")
    tell(1, "a", agency_1="agency")
    with opened(site, "ann") as socket:
        snapshot = resume(socket)
    assert snapshot["t"] == "snapshot"
    assert [row["id"] for row in snapshot["entities"]] == [1]
    position = snapshot["position"]
    tell(2, "bb", agency_1="agency")
    tell(3, "c", agency_2="agency")
    tell(1, "aaa", agency_2="agency")
    with opened(site, "ann") as socket:
        frame = resume(socket, position)
    assert (frame["t"], frame["after"], frame["upto"]) == ("frame", position["offset"], position["offset"] + 3)
    assert [(e["id"], e.get("removed", False)) for e in frame["events"]] == [(2, False), (1, True)]
    for other in ({"epoch": "x"}, {"scope": "x"}, {"offset": position["offset"] + 99}):
        with opened(site, "ann") as socket:
            assert resume(socket, {**position, **other})["t"] == "snapshot"


def test_a_restore_and_a_pruned_log_give_snapshots(site: Any, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    grant("ann", "agency:1")
    client = crowd.add("ann", site.port)
    tell(1, "a", agency_1="agency")
    assert wait_until(lambda: client.words == {1: 1})
    position = dict(client.state.position or {})
    log.new_epoch()
    assert wait_until(lambda: (client.state.position or {})["epoch"] != position["epoch"])
    assert client.codes == []
    tell(1, "aa", agency_1="agency")
    assert wait_until(lambda: client.words == {1: 2})
    position = dict(client.state.position or {})
    for number in range(5):
        tell(1, "x" * number, agency_1="agency")
    monkeypatch.setattr(log, "REPLAY_LIMIT", 0)
    log.prune(keep=log.dt.timedelta(0))
    # The process still has them in mind; one that begins now has not.
    with opened(site, "ann") as socket:
        assert resume(socket, position)["t"] in {"frame", "snapshot"}
    assert wait_until(lambda: client.words == {1: 4})
    site.restart()
    with opened(site, "ann") as socket:
        assert resume(socket, position)["t"] == "snapshot"


def test_pages_of_others_are_refused_before_the_accept(site: Any) -> None:
    grant("ann", "agency:1")
    for origin in ("http://evil.example", f"http://127.0.0.1:{site.port + 1}", "null", None):
        with pytest.raises(InvalidStatus) as refused:
            opened(site, "ann", origin=origin)
        assert refused.value.response.status_code == 403


def test_who_has_no_key_is_told_so(site: Any) -> None:
    with opened(site, "nobody") as socket:
        assert close_code(socket) == 4003


@pytest.mark.parametrize(
    "said",
    [b"\x00\x01", "", "[", "[]", '{"t":"hello"}', '{"t":"ack"}', '{"t":"ack","offset":true}', '{"t":"ack","offset":-1}',
     '{"t":"resume"}', '{"t":"resume","position":{"epoch":1,"offset":0,"scope":""}}', "[" * 1000, "x" * 2000],
)  # fmt: skip
def test_what_makes_no_sense_ends_the_connection(daphne: Any, said: str | bytes) -> None:
    grant("ann", "agency:1")
    with opened(daphne, "ann") as socket:
        socket.send(said)
        assert close_code(socket) == 4004


def test_who_talks_too_much_is_ended(site: Any) -> None:
    grant("ann", "agency:1")
    with opened(site, "ann") as socket:
        assert resume(socket)["t"] == "snapshot"
        with contextlib.suppress(ConnectionClosed):
            for _ in range(100):
                socket.send('{"t":"ack","offset":0}')
                time.sleep(0.001)
        assert close_code(socket) == 4004


def test_changed_rights_end_the_connection_and_the_next_scope_begins_with_a_snapshot(site: Any, crowd: Crowd) -> None:
    grant("ann", "agency:1")
    tell(1, "a", agency_1="agency")
    tell(2, "bb", agency_2="agency")
    client = crowd.add("ann", site.port)
    assert wait_until(lambda: client.words == {1: 1})
    grant("ann", "agency:2")
    # Sooner than rights are looked at by themselves.
    assert wait_until(lambda: client.words == {2: 2}, RIGHTS_EVERY - 1)
    assert client.codes == [4002]
    assert client.kinds().count("snapshot") == 2
    # Without being touched, as a sign-out is, it is noticed a few seconds later.
    Grant.objects.filter(who="ann").update(keys=[])
    assert wait_until(lambda: 4003 in client.codes)


def test_a_slow_client_is_ended_and_never_delays_another(site: Any, crowd: Crowd) -> None:
    grant("slow", "room")
    grant("good", "room")
    good = crowd.add("good", site.port)
    with opened(site, "slow", max_queue=1) as slow:
        # It is told everything and reads nothing after the snapshot.
        assert resume(slow)["t"] == "snapshot"
        assert wait_until(lambda: good.state.position is not None)
        for number in range(30):
            tell(1, f"{number} " + "x" * 200_000, room="room")
            # Sooner than the slow one is given up.
            mark = f"{number} "
            assert wait_until(lambda m=mark: good.words.get(1, "").startswith(m), MAX_UNACKED_SECONDS / 2)  # type: ignore[misc]
            time.sleep(0.1)
        assert good.codes == []
        # The close is behind what the network still holds for it; then there is the code, or, where the server gave
        # up waiting for it to read, the plain end.
        assert close_code(slow, 15) in {4001, None, 1006}
        assert slow.close_code in {4001, 1006}


def test_who_does_not_acknowledge_is_ended(site: Any, crowd: Crowd) -> None:
    grant("mute", "room")
    grant("good", "room")
    mute, good = crowd.add("mute", site.port, acks=False), crowd.add("good", site.port)
    assert wait_until(lambda: mute.state.position is not None and good.state.position is not None)
    began = time.monotonic()
    assert wait_until(lambda: mute.codes != [], 30)
    assert mute.codes[0] == 4001
    assert time.monotonic() - began > MAX_UNACKED_SECONDS - 1
    assert good.codes == []


def test_who_never_resumes_is_ended(daphne: Any) -> None:
    grant("ann", "room")
    with opened(daphne, "ann") as socket:
        assert close_code(socket, 20) == 4001


def test_figures_go_to_those_who_see_the_wall(daphne: Any, crowd: Crowd) -> None:
    grant("wall", "wall")
    grant("one", "agency:1")
    tell(1, "a", wall="wall")
    wall, one = crowd.add("wall", daphne.port), crowd.add("one", daphne.port)

    def figures() -> list[Any]:
        return [message["body"] for message in list(wall.heard) if message["t"] == "figures"]

    assert wait_until(lambda: len(figures()) >= 2)
    assert figures()[-1] == {"probes": 1}
    assert "figures" not in one.kinds()


def test_a_surge_is_joined_into_few_frames(tmp_path: Path, probes: None, crowd: Crowd) -> None:
    site: Any = web(tmp_path, "daphne", STREAM_BUSY="20").start()
    try:
        grant("ann", "agency:1")
        client = crowd.add("ann", site.port)
        assert wait_until(lambda: client.state.position is not None)
        count, began = len(client.heard), time.monotonic()
        for number in range(300):
            tell(1, str(number), agency_1="room")
        assert wait_until(lambda: client.words == {1: "299"})
        took = time.monotonic() - began
        assert sum(len(m["events"]) for m in client.heard[count:]) == 300
        assert len(client.heard) - count <= took / 0.1 + 40
    finally:
        site.stop()


def test_a_client_may_move_to_another_process(web_of: Callable[[str], Any], crowd: Crowd) -> None:
    first, second = web_of("daphne"), web_of("uvicorn")
    grant("ann", "room")
    clients = [crowd.add("ann", first.port) for _ in range(3)]
    tell(1, "a", room="room")
    assert wait_until(lambda: all(client.words == {1: "a"} for client in clients))
    first.kill()
    tell(2, "b", room="room")
    for client in clients:
        client.port = second.port
    assert wait_until(lambda: all(client.words == {1: "a", 2: "b"} for client in clients))
    assert [client.kinds().count("snapshot") for client in clients] == [1, 1, 1]
