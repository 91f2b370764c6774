"""Pages for what went wrong: they say what to do next, and need nothing that may be what broke."""

from __future__ import annotations

import pytest
from django.template.loader import get_template
from django.test import Client
from django.utils import translation

PAGES = ["403.html", "403_csrf.html", "404.html", "429.html", "500.html"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_renders_without_a_request(name: str, language: str) -> None:
    with translation.override(language):
        text = get_template(name).render({})
    assert "tel:115" in text
    assert f'lang="{language}"' in text
    assert "<script" not in text
    assert "style=" not in text


@pytest.mark.django_db
def test_an_unknown_address_gets_the_page(client: Client) -> None:
    answer = client.get("/khong-co/")
    assert answer.status_code == 404
    assert "/tra-cuu/" in answer.content.decode()
