"""What Autobahn paints for a debug line nobody reads stays unpainted once the stream is made."""

from autobahn.websocket import protocol

from realtime.plain_lines import take_colours_out


def test_daphnes_sockets_paint_nothing() -> None:
    take_colours_out()
    assert protocol.hlval(600) == 600
    assert protocol.hltype(len) is len
