"""Stable ids of results: the same question keeps its id when the data change."""

from __future__ import annotations

from hashlib import blake2b


def result_id(kind: str, *parts: object) -> str:
    """Id of a result from what it is about.

    Args:
        kind: short word for the result's table, e.g. ``class``.
        parts: what the row is about (place, period, indicator, standard …), in a fixed order.

    Returns:
        ``kind-`` and 16 hexadecimal digits.
    """
    text = "\x1f".join([kind, *(str(part) for part in parts)])
    return f"{kind}-{blake2b(text.encode(), digest_size=8).hexdigest()}"
