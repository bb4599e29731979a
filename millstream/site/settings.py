"""Django's settings, from the installation's configuration; nothing here is chosen twice."""

import base64
import os
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from millstream.kernel.settings import Installation, MediaPlaces
from millstream.site import config, mail_settings
from millstream.site.database_settings import django_database

CONFIG = config.load()
PACKAGE = Path(__file__).resolve().parents[1]

PLATFORM_ACTOR = UUID("00000000-0000-7000-8000-000000000001")
GUEST_PURCHASES_PER_MINUTE = 20

MILLSTREAM = Installation(
    demo=CONFIG.demo,
    var=CONFIG.var,
    currency=CONFIG.currency,
    platform_actor=PLATFORM_ACTOR,
    hold_seconds=CONFIG.hold_seconds,
    return_window_seconds=CONFIG.return_window_seconds,
    release_sweep_seconds=CONFIG.release_sweep_seconds,
    carrier_step_seconds=CONFIG.carrier_step_seconds,
    delivery_minor=CONFIG.delivery_minor,
    network_rate=CONFIG.network_rate,
    visitor_rate=GUEST_PURCHASES_PER_MINUTE,
    public_origin=CONFIG.public_origin,
    media_origin=CONFIG.media_origin,
    room_origin=CONFIG.room_origin,
    sim_origin=f"http://{CONFIG.local_host}:{CONFIG.sim_port}",
    rtmp_origin=CONFIG.media.rtmp_origins[0],
    nats_url=CONFIG.nats_url or "nats://127.0.0.1:4222",
    field_key=base64.b64decode(CONFIG.secrets.field_key),
    lookup_key=CONFIG.secrets.lookup_hmac.encode(),
    signing_key=CONFIG.secrets.visitor_hmac.encode(),
    media_hook_secret=CONFIG.secrets.media_hook,
    gateway_request_key=CONFIG.secrets.gateway_request_key.encode(),
    gateway_webhook_key=CONFIG.secrets.gateway_webhook_key.encode(),
    carrier_key=CONFIG.secrets.carrier_key.encode(),
    media=MediaPlaces(
        origins=CONFIG.media.origins,
        rtmp_origins=CONFIG.media.rtmp_origins,
        rtmps_origins=CONFIG.media.rtmps_origins,
        engine=CONFIG.media.engine,
        engine_hls=CONFIG.media.engine_hls,
        max_kbit=CONFIG.media.max_kbit,
        max_hours=CONFIG.media.max_hours,
        max_hours_a_day=CONFIG.media.max_hours_a_day,
        max_at_once=CONFIG.media.max_at_once,
        inside=CONFIG.media.inside,
    ),
    recordings_kept_days=CONFIG.recordings_kept_days,
    promises_kept_days=CONFIG.promises_kept_days,
    trusted_proxies=CONFIG.trusted_proxies,
    room_inside=f"http://{CONFIG.local_host}:{CONFIG.room_port}" if CONFIG.room_apart else "",
)

SECRET_KEY = CONFIG.secrets.django_secret
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver", CONFIG.public_origin.split("//", 1)[1].split(":")[0]]
CSRF_TRUSTED_ORIGINS = list(CONFIG.allowed_origins)
ROOT_URLCONF = "millstream.site.urls"
ASGI_APPLICATION = "millstream.site.asgi.application"
SITE_ID = 1
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CONTEXTS = [
    *("places", "people", "ledger", "notices", "shops", "media", "pacts", "logistics", "orders", "deals", "gifts"),
    "live",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "millstream.site.apps.OperatorAdminConfig",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "millstream.kernel",
    *[f"millstream.{context}" for context in CONTEXTS],
    "millstream.site.apps.SiteConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "millstream.kernel.web.middleware.clock",
    "millstream.kernel.web.middleware.content_security",
    "millstream.kernel.web.middleware.visitor",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "millstream.kernel.web.middleware.RefusalMiddleware",
    "millstream.kernel.web.middleware.TextsFitRows",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "site" / "templates", *(PACKAGE / context / "web" / "templates" for context in CONTEXTS)],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "millstream.site.web.context.site",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
        },
    }
]


POOLED = os.environ.get("MILLSTREAM_POOL", "0") == "1"


DATABASES = {"default": django_database(CONFIG.database_url, pooled=POOLED)}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "millstream.site.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email", "phone"]  # neither is required: whoever has only one signs in by it
ACCOUNT_FORMS = {"request_login_code": "millstream.site.sign_in.ContactCodeForm"}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PHONE_VERIFICATION_ENABLED = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "request_login_code": "20/m/ip,3/m/key"}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = CONFIG.public_origin.startswith("http://")
MAILERS = mail_settings.mailers(os.environ, CONFIG.var)
DEFAULT_FROM_EMAIL = mail_settings.mail_from(os.environ, CONFIG.public_origin)
NOTICES_PUSH_HOSTS = mail_settings.push_hosts(os.environ)
REMIND_MINUTES = mail_settings.remind_minutes(os.environ)

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [PACKAGE / context / "locale" for context in ("site", "kernel", *CONTEXTS)]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_KEEP_ONLY_HASHED_FILES = False


def _is_hashed(_path: str, url: str) -> bool:
    return "/static/build/assets/" in url


WHITENOISE_IMMUTABLE_FILE_TEST = _is_hashed
MEDIA_ROOT = CONFIG.files
MEDIA_URL = "/files/"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 2**20
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CONFIG.public_origin.startswith("https://")
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # people have an e-mail or a phone number, so neither is required
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
