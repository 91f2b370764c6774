"""What both kinds of geocoder answer is read, and nothing else is taken for an answer."""

from typing import Any

import pytest

from incidents.geocoding.parsing import LEAST_RADIUS_M, read_nominatim, read_photon
from tests.geocoding.conftest import nominatim, photon


def test_nominatim() -> None:
    first, second = read_nominatim(
        [nominatim(106.62, 11.05, "Chợ Mẫu"), {"lat": "11", "lon": "106", "display_name": "A"}]
    )
    assert (first.lon, first.lat, first.label) == (106.62, 11.05, "Chợ Mẫu")
    # Half the diagonal of a box of 0.001 degrees.
    assert first.radius_m == pytest.approx(78, abs=2)
    assert second.radius_m == LEAST_RADIUS_M
    assert read_nominatim([]) == []


def test_photon() -> None:
    said = {
        "housenumber": "12/5",
        "street": "Nguyễn Văn Mẫu",
        "city": "Sông Xanh",
        "extent": [106.6, 11.06, 106.61, 11.05],
    }
    first, second = read_photon({"features": [photon(106.62, 11.05, **said), photon(106.62, 11.05, name="Chợ Mẫu")]})
    assert (first.lon, first.lat, first.label) == (106.62, 11.05, "12/5 Nguyễn Văn Mẫu, Sông Xanh")
    assert first.radius_m == pytest.approx(780, abs=10)
    assert (second.label, second.radius_m) == ("Chợ Mẫu", LEAST_RADIUS_M)
    assert read_photon({"features": []}) == []


@pytest.mark.parametrize(
    "garbage",
    [None, 7, "text", {}, {"features": None}, [None], [{}], {"features": [{}]}, {"features": [photon(500.0, 11.0)]},
     [nominatim(float("nan"), 11.0)], [nominatim(106.0, 11.0, half=float("inf"))],
     [{**nominatim(1, 1), "boundingbox": ["1"]}],
     {"features": [photon(106.0, 11.0, extent=["a", "b", "c", "d"])]}, {"features": [photon(106.0, 11.0, extent=5)]}],
)  # fmt: skip
@pytest.mark.parametrize("read", [read_nominatim, read_photon])
def test_garbage_is_no_answer(read: Any, garbage: Any) -> None:
    with pytest.raises(ValueError):
        read(garbage)
