"""A sentence for each reason code of a resolution, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from geo.directions import DIRECTIONS
from geo.resolution import Reason

SENTENCES: Mapping[str, str | Promise] = {
    "no_area_set": _("No administrative units are loaded for this date."),
    "nothing_found": _("No place was recognised in the words."),
    "only_province": _("Only the province is named: %(name)s."),
    "approximate_areas": _("The borders in use are approximate; confirm the place."),
    "point_given": _("A position was given: it lies in %(ward)s (to within %(radius_m).0f m)."),
    "point_in_text": _("The text holds a position: it lies in %(ward)s."),
    "point_outside": _("The position given lies outside the territory."),
    "point_vague": _("The position is only known to within %(radius_m).0f m."),
    "point_unusable": _("The position given is none: its degrees are out of range."),
    "link_unread": _("A short map link does not say where it points to; ask for the address."),
    "points_differ": _("The position in the text and the one given lie %(distance_m).0f m apart."),
    "words_agree": _("The words name %(name)s, and the position lies there."),
    "words_settle": _("The words name %(name)s, and the position is close enough to lie there."),
    "words_disagree": _("The words name %(name)s, but the position lies in %(ward)s, %(distance_m).0f m away."),
    "ward_named": _("“%(text)s” names %(name)s."),
    "ward_named_after": _("“%(text)s” may only be a thing named after %(name)s."),
    "landmark": _("“%(text)s” is known to lie in %(name)s."),
    "ward_misspelt": _("“%(text)s” was read as %(name)s."),
    "old_unit": _("%(name)s (%(set)s) lies in today's %(ward)s."),
    "old_unit_split": _("%(name)s (%(set)s) is divided between %(wards)s."),
    "renamed": _("“%(text)s” is today's “%(name)s”, as the words say."),
    "district_named": _("“%(text)s” names %(name)s."),
    "only_district": _("Only the district is named: %(name)s."),
    "ward_district_disagree": _("%(ward)s does not lie in %(district)s."),
    "name_in_several": _("Several units have the name %(name)s: %(wards)s."),
    "several_wards": _("The words name several units: %(wards)s."),
    "place_known": _("“%(text)s” is a known place: %(name)s."),
    "street_known": _("“%(text)s” is the street %(name)s."),
    "crossing": _("“%(text)s”: %(name)s meet here."),
    "house_known": _("The house number is known: %(name)s."),
    "house_parent": _("Only the number at the head of the alley is known: %(name)s."),
    "house_between": _("The house number lies between known ones: %(name)s."),
    "house_beyond": _("The house number lies beyond the last known one: %(name)s."),
    "km_post": _("The kilometre post is known: %(name)s."),
    "km_between": _("The kilometre lies between known posts: %(name)s."),
    "km_beyond": _("The kilometre lies beyond the last known post: %(name)s."),
    "between": _("“%(text)s”: the middle between the two was taken."),
    "alias": _("People have confirmed before that “%(text)s” is here: %(name)s."),
    "place_beside": _("The words say near it, not at it."),
    "place_around": _("The words say %(distance_m).0f m from it, but not which way."),
    "place_away": _("The words say %(distance_m).0f m from it to the %(direction)s."),
    "place_alike": _("“%(text)s” is most like the known place %(name)s."),
    "place_in_several": _("There are several places named %(name)s."),
    "place_elsewhere": _("The known place %(name)s does not lie in %(ward)s, which the words name."),
    "place_agrees": _("The known place %(name)s is %(distance_m).0f m from the position."),
    "place_disagrees": _("The known place %(name)s is %(distance_m).0f m from the position."),
    "place_narrows": _("%(name)s says better where than the position, which is only known to within %(radius_m).0f m."),
    "near_border": _("The circle also reaches %(wards)s."),
    "district_unknown": _("“%(name)s” is no district of the territory."),
    "elsewhere_named": _("“%(name)s” lies outside the territory."),
    "ask_ward": _("Which ward or commune is it in? What is near by?"),
    "ask_ward_in": _("Which ward or commune of %(district)s is it in?"),
    "ask_if_ward": _("Is it in %(ward)s?"),
    "ask_which_ward": _("Which of these is it in: %(wards)s?"),
    "ask_which_side": _("It is near a border: on which side of it, %(wards)s?"),
    "ask_which_district": _("%(name)s of which district: %(districts)s?"),
    "text_broken": _("Some letters arrived broken (wrong encoding)."),
    "text_cut": _("Only the beginning of a very long text was read."),
}


# What offers several units to choose from; everything else only lists them.
_CHOICES = frozenset({"ask_which_ward", "ask_which_side", "ask_which_district"})


def _either(names: str) -> str:
    """ "A, B or C", from the names as a reason holds them."""
    *others, last = names.split(", ")
    return gettext("%(names)s or %(last)s") % {"names": ", ".join(others), "last": last} if others else last


def sentence(reason: Reason) -> str:
    """The reason in words, in the active language; its bare code when a newer version wrote it."""
    text = SENTENCES.get(reason.code)
    if text is None:
        return gettext("Reason: %(code)s") % {"code": reason.code}
    params = dict(reason.params)
    try:
        if reason.code in _CHOICES:
            params |= {key: _either(str(params[key])) for key in ("wards", "districts") if key in params}
        if "direction" in params:
            params["direction"] = str(DIRECTIONS[int(params["direction"])])
        return str(text) % params
    except (IndexError, KeyError, TypeError, ValueError):
        return gettext("Reason: %(code)s") % {"code": reason.code}
