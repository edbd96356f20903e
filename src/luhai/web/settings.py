"""Where the pages find their workspace, and how the server behaves.

One environment variable names the workspace (``LUHAI_WORKSPACE``); everything else follows from it:
database, secret key and uploads lie in its ``web`` folder. ``luhai serve`` sets it. Without it the
settings can still be imported (by type checkers and documentation), but no page can be shown.
Further variables: ``LUHAI_ALLOWED_HOSTS`` (comma-separated host names, for a server that others
reach) and ``LUHAI_HTTPS=1`` (behind a proxy that speaks HTTPS: secure cookies only).
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

PACKAGE = Path(__file__).parent

WORKSPACE_ROOT = os.environ.get("LUHAI_WORKSPACE", "")
STATE = Path(WORKSPACE_ROOT) / "web" if WORKSPACE_ROOT else None


def _secret_key() -> str:
    file = STATE / "secret_key" if STATE else None
    if file is not None and file.is_file():
        return file.read_text(encoding="ascii").strip()
    # Before the first run has written one (see luhai.web.first_run) sessions do not outlive the
    # process; nobody can be logged in then.
    return secrets.token_urlsafe(48)


SECRET_KEY = _secret_key()
DEBUG = False
_HOSTS = os.environ.get("LUHAI_ALLOWED_HOSTS", "")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *filter(None, _HOSTS.split(","))]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "luhai.web",
]

MIDDLEWARE = [
    "luhai.web.security.SecurityHeaders",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "luhai.web.refusals.RefusalPages",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Before the CSRF check, which reads the whole body: a stranger's upload is not even received.
    "luhai.web.security.UploadGate",
    "django.middleware.csrf.CsrfViewMiddleware",
]

ROOT_URLCONF = "luhai.web.urls"
WSGI_APPLICATION = "luhai.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "luhai.web.shell.shell",
            ],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": STATE / "web.sqlite3" if STATE else ":memory:",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "overview"
LOGIN_FAILURES_ALLOWED = 5
LOGIN_FAILURE_WINDOW_MINUTES = 15

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "luhai.web.refusals.csrf_failure"
if os.environ.get("LUHAI_HTTPS") == "1":
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
# The files of the package are served as they lie; addresses carry a hash of the content (see
# luhai.web.templatetags.luhai), so that they may be kept for long.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 30 * 24 * 3600

# Reading and storing run in a process of their own; tests may want them in theirs.
JOBS_IN_BACKGROUND = True

UPLOAD_LIMIT_BYTES = 200 * 1024 * 1024
UPLOAD_LIMIT_FILES = 200
DATA_UPLOAD_MAX_NUMBER_FILES = UPLOAD_LIMIT_FILES
FILE_UPLOAD_HANDLERS = ["luhai.web.security.BoundedUpload"]
FILE_UPLOAD_TEMP_DIR = STATE / "uploads" if STATE else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"luhai.web": {"handlers": ["stderr"], "level": "WARNING"}},
}
