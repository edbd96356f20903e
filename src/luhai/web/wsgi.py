"""The application that a WSGI server (``luhai serve`` starts granian) calls for each request."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "luhai.web.settings")
application = get_wsgi_application()
