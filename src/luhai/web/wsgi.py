"""The application that a WSGI server (``luhai serve`` starts granian) calls for each request."""

from __future__ import annotations

import logging
import os
import threading

from django.core.wsgi import get_wsgi_application

from luhai.errors import LuhaiError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "luhai.web.settings")
application = get_wsgi_application()


def warm() -> None:
    """Read plan and results once, so that the first reader does not wait for it."""
    # Its models can be imported only now that Django is set up.
    from luhai.web.snapshot import snapshot

    try:
        state = snapshot()
        state.findings, state.annual_indicators  # noqa: B018
    except LuhaiError as error:
        # Every page will say so too; the log says it at once.
        logging.getLogger("luhai.web").warning("The workspace cannot be shown yet: %s", error)


threading.Thread(target=warm, name="warm", daemon=True).start()
