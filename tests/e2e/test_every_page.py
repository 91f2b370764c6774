"""Every page of every role's menu and those that hang on it: for all (axe, light and dark), at a phone's width."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from playwright.sync_api import TimeoutError, expect

from tests.e2e.axe import contrast_of_the_other_theme, violations
from tests.e2e.test_public_screens import given
from tests.e2e.test_whole_path import ward

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
# Pages of no menu, by who opens them. Of the administration's own lists only the account pages are ours.
BESIDES: dict[str, tuple[str, ...]] = {
    "": ("/hoi-dap/", "/ban-do/", "/figures/public/", "/accounts/password/reset/"),
    "call_taker": ("/accounts/keys/", "/accounts/2fa/webauthn/", "/accounts/email/"),
    "supervisor": ("/answers/new/", "/answers/documents/", "/rules/test/", "/rules/coverage/", "/territory/places/"),
    "administrator": ("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/accounts/reauthenticate/"),
}
ROLES = ("", "call_taker", "supervisor", "focal_point", "dispatcher", "crew", "leader", "administrator")
# The wall is dark and nothing else.
ONE_THEME = frozenset({"/wall/"})
# Made for a large screen: nobody takes calls on a phone.
DESKS = frozenset({"/room/"})

SCENES = ("map", "figures", "agencies", "emergencies", "sources")

# What sticks out to the right of the page: the outermost elements, so that the message is short.
STICKS_OUT = """() => {
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= wide) return [];
    const out = (one) => one.getBoundingClientRect().right > wide + 0.5 && one.checkVisibility();
    const found = [...document.body.querySelectorAll('*')].filter((one) => out(one) && !out(one.parentElement));
    return [`${document.documentElement.scrollWidth} px`, ...found.slice(0, 4).map((one) => one.outerHTML)];
}"""


def sticking_out(page: Any) -> list[str]:
    """What still sticks out when the page has had time to follow its new width: a chart follows a moment later."""
    with contextlib.suppress(TimeoutError):
        page.wait_for_function(f"() => ({STICKS_OUT})().length === 0", timeout=5_000)
    return list(page.evaluate(STICKS_OUT))


def show_scene(page: Any, scene: str) -> None:
    """Keeps an open wall to one scene, whatever the clock says, and waits until it has faded in."""
    page.evaluate("scene => history.replaceState(null, '', `?scene=${scene}`)", scene)
    expect(page.locator(f"body[data-scene={scene}]")).to_be_attached()
    page.wait_for_function(
        "scene => getComputedStyle(document.querySelector(`[data-stage=${scene}]`)).opacity === '1'", arg=scene
    )


def menu(site: Any, person: Any) -> list[str]:
    """The addresses of somebody's menu, without the administration's own lists."""
    from opscenter.accounts.pages import menu_of

    with site.orm():
        return [address for _name, lines in menu_of(person) for address, _label in lines if "/admin/" not in address]


def station(site: Any, agency: Any) -> Any:
    from opscenter.accounts.models import HandlingUnit

    with site.orm():
        return HandlingUnit.objects.get_or_create(agency=agency, name="Đội trực")[0]


# A supervisor has some twenty pages, each looked at in two themes and two widths.
@pytest.mark.timeout(420)
@pytest.mark.parametrize("role", ROLES)
def test_everybody_can_use_every_page(live_site: Any, open_page: Any, role: str, seen: set[str]) -> None:
    person, addresses = None, list(BESIDES.get(role, ()))
    if role:
        agency, _inside = ward(live_site)
        given(live_site, agency, "Đèn đường không sáng")
        more = {"handling_unit": station(live_site, agency)} if role == "crew" else {}
        person = live_site.person(role, agency=agency, **more)
        addresses += [address for address in menu(live_site, person) if address not in seen]
        seen.update(addresses)
    page = open_page(bypass_csp=True, reduced_motion="reduce", signed_in_as=person)
    wrong: dict[str, list[str]] = {}
    for address in addresses:
        answer = page.goto(address)
        assert answer.status == 200, (address, answer.status)
        found = []
        if address == "/wall/":
            for scene in SCENES[1:]:
                show_scene(page, scene)
                found += violations(page)
            show_scene(page, SCENES[0])
        found += violations(page)
        if address not in ONE_THEME:
            found += contrast_of_the_other_theme(page)
        if address not in DESKS:
            page.set_viewport_size(PHONE)
            found += sticking_out(page)
            page.set_viewport_size(DESK)
        if found:
            wrong[address] = found
    assert wrong == {}


# As many and as long rows as a scene ever has, then what does not fit. One call: nothing is drawn anew in between.
OVERFLOWS = """() => {
    const full = {'[data-agencies-large]': 10, '[data-sources]': 8, '[data-emergencies]': 6, '[data-latest]': 5};
    for (const [list, most] of Object.entries(full)) {
        const box = document.querySelector(list), row = box.lastElementChild;
        if (row === null) continue;
        row.querySelectorAll('th, .stage-what b, .latest-what b').forEach((one) => {
            one.textContent = 'Ủy ban nhân dân thành phố Thủ Dầu Một, phòng quản lý đô thị và môi trường';
        });
        while (box.childElementCount < most) box.append(row.cloneNode(true));
    }
    const shown = [...document.querySelectorAll('.wall-side, .wall-side *, [data-stage]:not([inert]) *')];
    return shown.filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest('.maplibregl-map'))
        .filter((one) => {
            const {right, bottom} = one.getBoundingClientRect();
            return right > innerWidth + 1 || bottom > innerHeight + 1;
        })
        .map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`);
}"""


@pytest.mark.parametrize("height", [1080, 2160])
def test_a_full_wall_fits_its_screen(live_site: Any, open_page: Any, height: int) -> None:
    agency, _inside = ward(live_site)
    given(live_site, agency, "Đèn đường không sáng")
    page = open_page(viewport={"width": height * 16 // 9, "height": height}, signed_in_as=live_site.person("leader"))
    page.goto("/wall/")
    expect(page.locator("[data-latest] li").first).to_be_visible()
    for scene in SCENES[1:]:
        show_scene(page, scene)
        assert page.evaluate(OVERFLOWS) == [], scene


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """Addresses looked at as somebody else: a page is the same for all who may open it."""
    return set()
