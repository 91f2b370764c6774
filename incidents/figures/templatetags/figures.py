from django import template

from incidents.figures import wording

register = template.Library()
register.filter("number", wording.number)
register.filter("percent", wording.percent)
register.filter("span", wording.span)
