"""What templates need beyond Django: hashed assets, class marks, numbers that open their why."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import PurePath
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from luhai.errors import UsageError
from luhai.web.standing import Chip
from luhai.web.words import flag_word

register = template.Library()

_NUMBER_SPACE = re.compile(r"(?<=\d) (?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]) (?=\d)")


@cache
def _content_hash(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        raise UsageError(f"There is no static file {name!r}.")
    with open(path, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()[:10]


@register.simple_tag
def asset(name: str) -> str:
    """Address of a static file with a hash of its content, so that browsers may keep it."""
    return f"{static(name)}?v={_content_hash(name)}"


def why_address(context: RequestContext, result_id: str) -> str:
    """This page's address with the explanation of a result open."""
    query = context["request"].GET.copy()
    query["why"] = result_id
    query.pop("panel", None)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def number(
    context: RequestContext, text: str, result_id: str, unit: str = "", strong: bool = False
) -> SafeString:
    """A number that opens its why. One that cannot open is not shown (UI: a number is a door)."""
    if not result_id or text == "":
        return SafeString("")
    shown = format_html("{}{}", text, format_html("\u2009{}", unit) if unit else "")
    if strong:
        shown = format_html("<strong>{}</strong>", shown)
    return format_html(
        '<a class="why number" href="{}" data-why="{}">{}</a>',
        why_address(context, result_id),
        result_id,
        shown,
    )


@register.simple_tag(takes_context=True)
def opens(context: RequestContext, sentence: str, result_id: str) -> SafeString:
    """A sentence with numbers in it that opens its why."""
    return format_html(
        '<a class="why sentence" href="{}" data-why="{}">{}</a>',
        why_address(context, result_id),
        result_id,
        sentence,
    )


@register.simple_tag(takes_context=True)
def chip(context: RequestContext, item: Chip) -> SafeString:
    """A class as its mark: numeral in a shape, opening the why of the class."""
    style = f"chip {item.shape} level-{item.mark.level}{' outside' if item.outside else ''}"
    if not item.result_id:
        return format_html(
            '<span class="{}" role="img" aria-label="{}">–</span>', style, item.description
        )
    return format_html(
        '<a class="{}" href="{}" data-why="{}" title="{}" aria-label="{}">{}</a>',
        style,
        why_address(context, item.result_id),
        item.result_id,
        item.description,
        item.description,
        item.mark.numeral,
    )


@register.simple_tag(takes_context=True)
def querystring_with(context: RequestContext, name: str, value: str) -> str:
    """This page's address with one parameter set, by a name that is itself a variable."""
    query = context["request"].GET.copy()
    query[name] = value
    query.pop("why", None)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def querystring_without(context: RequestContext, name: str) -> str:
    """This page's address without one parameter."""
    query = context["request"].GET.copy()
    query.pop(name, None)
    query.pop("why", None)
    return f"?{query.urlencode()}"


@register.filter
def layer_word(layer: str) -> str:
    """Name of a layer of water in the page's language."""
    words = {"surface": _("surface"), "middle": _("middle"), "bottom": _("bottom")}
    return words.get(layer, layer)


@register.filter
def flag_words(flags: set[str]) -> str:
    """Quality flags in the page's language."""
    return _(", ").join(flag_word(flag) for flag in sorted(flags))


@register.filter
def control_word(control: str) -> str:
    """Who sets and checks a place, in the page's language."""
    words = {
        "national": _("national"),
        "provincial": _("provincial"),
        "city": _("city"),
        "district": _("of the district"),
    }
    return words.get(control, control)


@register.filter
def unbroken(sentence: str) -> str:
    """A Chinese sentence whose numbers stay with their counting words when lines break."""
    return _NUMBER_SPACE.sub("\u00a0", sentence)


@register.filter
def base_name(path: str) -> str:
    """Name of a file without its folders."""
    return PurePath(path).name


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """Value of a mapping by a key that is itself a variable."""
    return mapping.get(key)


@register.filter
def add_px(value: float, more: float) -> str:
    """A coordinate moved by some px, with a decimal point in every language."""
    return f"{float(value) + float(more):.1f}"
