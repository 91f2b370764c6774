"""What axe finds on a page, in the theme it has and in the other one."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe


def violations(page: Any) -> list[str]:
    """What axe finds, each with the elements it means."""
    # What is in order is not asked for: on a full page that is most of the answer.
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found]


def contrast_of_the_other_theme(page: Any) -> list[str]:
    """What cannot be read when somebody switches light and dark; the page stays switched."""
    page.evaluate(
        "() => { const root = document.documentElement;"
        " root.dataset.bsTheme = root.dataset.bsTheme === 'dark' ? 'light' : 'dark'; }"
    )
    # The kit's buttons fade from one colour to the other.
    page.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")
    only = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}
    found = Axe().run(page, options=only).response["violations"]
    return [f"other theme: {node['target']} {node['any'][0]['message']}" for one in found for node in one["nodes"][:4]]


def in_both_themes(page: Any) -> list[str]:
    """What axe finds, and what cannot be read in the other theme."""
    return violations(page) + contrast_of_the_other_theme(page)
