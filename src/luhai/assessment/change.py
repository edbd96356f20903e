"""Is it better or worse than the year before, in the official words?"""

from __future__ import annotations

from typing import Any

import polars as pl


def changes(groups: Any) -> pl.DataFrame:
    """Change of each group between successive years (signature only; the body follows)."""
    raise NotImplementedError
