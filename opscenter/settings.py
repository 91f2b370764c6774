"""All settings, read from the environment (names begin with OPSCENTER_). There is no other settings file.

Modes: `development` (default), `demonstration` (own database file, 2019 areas pinned, generated accounts),
`production` (refuses to start with an unsafe setting, see opscenter/checks.py).
"""

import hashlib
import ipaddress
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from opscenter.native import gdal_library, geos_library, load_wheels_first

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    # Set but empty counts as not set: container files pass on variables that nobody gave.
    return os.environ.get(f"OPSCENTER_{name}", "").strip() or default


def env_flag(name: str, default: bool = False) -> bool:
    return env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


MODE = env("MODE", "development")
if MODE not in {"development", "demonstration", "production"}:
    raise ImproperlyConfigured(f"OPSCENTER_MODE is {MODE!r}: it is development, demonstration or production")
PRODUCTION = MODE == "production"
DEMONSTRATION = MODE == "demonstration"
DEBUG = env_flag("DEBUG")

# Where files live: databases, uploads, generated secrets. Ignored by git.
DATA_DIR = Path(env("DATA_DIR", str(BASE_DIR / "data")))
BUILD_DIR = BASE_DIR / "build"

# The secret key is made by the launcher and kept in DATA_DIR; production gives it by the environment.
DEFAULT_SECRET_KEY = "development-only-key-that-production-refuses"
_kept_key = DATA_DIR / "secret-key"
SECRET_KEY = env("SECRET_KEY") or (
    _kept_key.read_text().strip() if _kept_key.is_file() and not PRODUCTION else DEFAULT_SECRET_KEY
)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost")
# The agencies' own site, such as 1022xuly.binhduong.gov.vn: see opscenter/sites.py.
AGENCY_HOST = env("AGENCY_HOST")
if AGENCY_HOST:
    ALLOWED_HOSTS.append(AGENCY_HOST.partition(":")[0])
CSRF_TRUSTED_ORIGINS = env_list("TRUSTED_ORIGINS")
HTTPS = env_flag("HTTPS", PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
# How many proxies of our own stand in front: that many entries of X-Forwarded-For, from the right, are trusted.
TRUSTED_PROXIES = int(env("TRUSTED_PROXIES", "0"))
# Changes to the budgets of public forms and APIs, see opscenter/budgets.py.
BUDGETS = env("BUDGETS")

INSTALLED_APPS = [
    "daphne",
    "opscenter.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.gis",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_vite",
    "ninja",
    "opscenter",
    "opscenter.accounts",
    "geo",
    "realtime",
    "incidents.records",
    "incidents.delivery",
    "incidents.geocoding",
    "incidents.webhooks",
    "incidents.conversations",
    "incidents.worktime",
    "incidents.knowledge",
    "incidents.dispatching",
    "incidents.triage",
    "incidents.emergencies",
    "incidents.intake",
    "incidents.partners",
    "incidents.doors",
    "incidents.calls",
    "incidents.contacts",
    "incidents.portal",
    "incidents.privacy",
    "incidents.room",
    "incidents.inbox",
    "incidents.wall",
    "incidents.features",
    "incidents.bulletins",
    "incidents.roster",
    "incidents.rulebook",
    "incidents.territory",
    "incidents.figures",
    "incidents.maps",
    "incidents.reference",
    "incidents.exercises",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "opscenter.sites.AgencySite",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "opscenter.budgets.RefusalMiddleware",
]
ROOT_URLCONF = "opscenter.urls"
ASGI_APPLICATION = "opscenter.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "opscenter.context.page",
            ],
        },
    },
]

# --- databases ------------------------------------------------------------------------------------------------
GDAL_LIBRARY_PATH = env("GDAL_LIBRARY") or gdal_library()
GEOS_LIBRARY_PATH = env("GEOS_LIBRARY") or geos_library()
load_wheels_first()
SPATIALITE_LIBRARY_PATH = env("SPATIALITE_LIBRARY", "mod_spatialite")


def database(url: str) -> dict[str, Any]:
    """Django's settings for `spatialite:///absolute/path` or `postgis://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "spatialite":
        name = unquote(parts.path)
        return {
            "ENGINE": "opscenter.spatialite",
            "NAME": name,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
            },
            # The default test database is shared memory: no WAL, and locks that ignore the time-out.
            "TEST": {"NAME": env("TEST_DATABASE_FILE", f"{name}.test")},
        }
    if parts.scheme == "postgis":
        return {
            "ENGINE": "django.contrib.gis.db.backends.postgis",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": dict(parse_qsl(parts.query)).get("host") or parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 0,
            # A database that was restarted is found again by the next request, not by one that fails first.
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"pool": {"min_size": 1, "max_size": int(env("DATABASE_POOL", "8")), "timeout": 20}},
        }
    raise ImproperlyConfigured(f"OPSCENTER_DATABASE_URL has the scheme {parts.scheme!r}: it is spatialite or postgis")


_file = "demonstration.sqlite3" if DEMONSTRATION else "opscenter.sqlite3"
DATABASES = {"default": database(env("DATABASE_URL", f"spatialite://{DATA_DIR / _file}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis only wakes readers up sooner; without it, or while it is down, everything works a little slower.
REDIS_URL = env("REDIS_URL")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
    }

# --- people ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "opscenter.accounts.permissions.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "opscenter.accounts.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "portal:home"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True

# --- language and time ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "frontend" / "locale"]
FORMAT_MODULE_PATH = ["opscenter.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True

# --- files ----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(BUILD_DIR / "static")))
STATICFILES_DIRS = [BUILD_DIR / "frontend"] if (BUILD_DIR / "frontend").exists() else []
DJANGO_VITE = {"default": {"manifest_path": BUILD_DIR / "frontend" / "manifest.json"}}
# Vite puts a hash into every name under assets/, so those never change.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$"
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Uploads are served by views that ask who may see them, never by a public path.
MEDIA_ROOT = Path(env("MEDIA_DIR", str(DATA_DIR / ("media-demonstration" if DEMONSTRATION else "media"))))
# After so many days without a word personal data is erased by itself; 0: never.
KEEP_PERSONAL_DAYS = int(env("KEEP_PERSONAL_DAYS", "730"))
PHOTO_MAX_BYTES = int(env("PHOTO_MAX_BYTES", str(12 * 1024 * 1024)))
PHOTOS_PER_REPORT = int(env("PHOTOS_PER_REPORT", "5"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- what a page may load: this host alone --------------------------------------------------------------------
# An optional basemap adds its own host here, and only that host.
BASEMAP_URL = env("BASEMAP_URL")
BASEMAP_KIND = env("BASEMAP_KIND", "raster")  # raster, pmtiles or style
BASEMAP_ATTRIBUTION = env("BASEMAP_ATTRIBUTION")
_basemap = urlsplit(BASEMAP_URL)
_basemap_host = [f"{_basemap.scheme}://{_basemap.netloc}"] if _basemap.netloc else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:", *_basemap_host],
        "font-src": [SELF],
        "connect-src": [SELF, *_basemap_host],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- the place ------------------------------------------------------------------------------------------------
# Pins one area set by name, whatever the date; empty: the set in force on the date.
AREA_SET = env("AREA_SET", "2019" if DEMONSTRATION else "")
# Real boundaries for tests and development; never copied into the project.
AREA_DATA = env("AREA_DATA")

# --- emergencies ----------------------------------------------------------------------------------------------
# How long a service has to take an emergency before the alarm, in seconds; and again between two alarms.
EMERGENCY_ACKNOWLEDGE_S = int(env("EMERGENCY_ACKNOWLEDGE_S", "30"))
# The target from being told to the first unit sent, in seconds; what is later shows in the colour of what is overdue.
# Cameras whose addresses are shown with an emergency near by: JSON [{"name", "lon", "lat", "url"}, …]. Only a link: the
# person opens it, nothing is fetched by the page or by us.
CAMERAS = json.loads(env("CAMERAS", "[]"))
EMERGENCY_DISPATCH_S = int(env("EMERGENCY_DISPATCH_S", "60"))
# How much longer the road is than the straight line, and how fast units drive: kilometres an hour by kind, else 35.
DETOUR = float(env("DETOUR", "1.4"))
UNIT_SPEED_KMH = float(env("UNIT_SPEED_KMH", "35"))
# An own routing engine for driving times: "osrm" or "valhalla", and its address. It is asked for at most 0.8 s.
ROUTING_KIND = env("ROUTING_KIND", "osrm")
ROUTING_URL = env("ROUTING_URL").rstrip("/")
# A geocoder of the province's own, asked by the worker about incidents without a place; without an address nobody is.
GEOCODER_KIND = env("GEOCODER_KIND", "nominatim")
if GEOCODER_KIND not in {"nominatim", "photon"}:
    raise ImproperlyConfigured(f"OPSCENTER_GEOCODER_KIND is {GEOCODER_KIND!r}: it is nominatim or photon")
GEOCODER_URL = env("GEOCODER_URL").rstrip("/")
if GEOCODER_URL and not GEOCODER_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(f"OPSCENTER_GEOCODER_URL is {GEOCODER_URL!r}: it begins with https:// or http://")
# Inner networks that webhooks, warnings and a TAK server may be in: "10.20.0.0/16, 192.168.5.7/32". Public ones always.
PARTNER_NETWORKS = env_list("PARTNER_NETWORKS")
for _network in PARTNER_NETWORKS:
    try:
        ipaddress.ip_network(_network)
    except ValueError as error:
        raise ImproperlyConfigured(f"OPSCENTER_PARTNER_NETWORKS: {error}") from error
# The folder with the certificates for TAK servers: ca.pem, and NAME.pem (certificate and key) for the server NAME.
TAK_FOLDER = env("TAK_FOLDER")
# How long the way that a unit took is kept, in hours.
TRACKS_KEPT_H = int(env("TRACKS_KEPT_H", "72"))
# Who decides when agencies do not agree, by code, one after the other: the department, then the province.
ARBITERS = env_list("ARBITERS", "so-thong-tin,hcm-so-khoa-hoc,vp-ubnd-tinh,hcm-vp-ubnd")

# --- doors ----------------------------------------------------------------------------------------------------
ZALO_APP_ID = env("ZALO_APP_ID", "1022" if DEMONSTRATION else "")
ZALO_OA_SECRET = env("ZALO_OA_SECRET")
if DEMONSTRATION and not ZALO_OA_SECRET:
    # The scenario signs its messages like Zalo does; nobody outside this machine knows the secret.
    ZALO_OA_SECRET = hashlib.sha256(f"zalo demonstration {SECRET_KEY}".encode()).hexdigest()
# sha256 as most describe it, or hmac: see incidents/doors/README.md.
ZALO_SIGNATURE_SCHEME = env("ZALO_SIGNATURE_SCHEME", "sha256")
if ZALO_SIGNATURE_SCHEME not in {"sha256", "hmac"}:
    raise ImproperlyConfigured(f"OPSCENTER_ZALO_SIGNATURE_SCHEME is {ZALO_SIGNATURE_SCHEME!r}: it is sha256 or hmac")
# Signs what a telephone exchange reports: see incidents/calls/README.md.
PHONE_SECRET = env("PHONE_SECRET")
if DEMONSTRATION and not PHONE_SECRET:
    PHONE_SECRET = hashlib.sha256(f"phone demonstration {SECRET_KEY}".encode()).hexdigest()

# An SMS gateway: see incidents/doors/README.md. The secret stands in the addresses it calls.
SMS_SECRET = env("SMS_SECRET")
SMS_ALLOW = env_list("SMS_ALLOW")
SMS_IN_FIELDS = env(
    "SMS_IN_FIELDS",
    "sender=from&text=text&id=id&ref=ref&part=part&parts=parts&udh=udh&charset=charset&coding=coding",
)
SMS_IN_ANSWER = env("SMS_IN_ANSWER", "ok")
SMS_PARTS_WAIT_S = int(env("SMS_PARTS_WAIT_S", "180"))
SMS_RECEIPT_FIELDS = env("SMS_RECEIPT_FIELDS", "delivery=delivery&id=id&status=status&detail=detail")
SMS_NUMBER = env("SMS_NUMBER", "1022")
SMS_SEND_URL = env("SMS_SEND_URL")
SMS_SEND_METHOD = env("SMS_SEND_METHOD", "get")
if SMS_SEND_METHOD not in {"get", "form", "json"}:
    raise ImproperlyConfigured(f"OPSCENTER_SMS_SEND_METHOD is {SMS_SEND_METHOD!r}: it is get, form or json")
SMS_SEND_FIELDS = env("SMS_SEND_FIELDS")
# Headers as "Name: value|Name: value".
SMS_SEND_HEADERS = env("SMS_SEND_HEADERS")
# What a taken message's answer holds (a regular expression), and where in it the gateway's own number stands.
SMS_SEND_ACCEPTED = env("SMS_SEND_ACCEPTED")
SMS_SEND_ID = env("SMS_SEND_ID")
SMS_DIACRITICS = env_flag("SMS_DIACRITICS")
SMS_MOST_PARTS = int(env("SMS_MOST_PARTS", "3"))

# What the Official Account may send with: the first refresh token, from Zalo's console; later ones are in the database.
ZALO_REFRESH_TOKEN = env("ZALO_REFRESH_TOKEN")
# The application's own secret, for renewing the token; empty: the secret that signs the webhook is that one too.
ZALO_APP_SECRET = env("ZALO_APP_SECRET")
ZALO_API = env("ZALO_API", "https://openapi.zalo.me").rstrip("/")
ZALO_OAUTH = env("ZALO_OAUTH", "https://oauth.zaloapp.com").rstrip("/")
VIBER_TOKEN = env("VIBER_TOKEN")
VIBER_API = env("VIBER_API", "https://chatapi.viber.com").rstrip("/")
FACEBOOK_APP_SECRET = env("FACEBOOK_APP_SECRET")
FACEBOOK_VERIFY_TOKEN = env("FACEBOOK_VERIFY_TOKEN")
FACEBOOK_PAGE_TOKEN = env("FACEBOOK_PAGE_TOKEN")
FACEBOOK_API = env("FACEBOOK_API", "https://graph.facebook.com/v23.0").rstrip("/")
# Notifications on phones and browsers (VAPID): they leave through the browser makers, so none without a key of
# `manage.py make_vapid_keys`. The services that may be called, ".host" for all below it.
PUSH_PRIVATE_KEY = env("PUSH_PRIVATE_KEY")
PUSH_HOSTS = env_list("PUSH_HOSTS", "fcm.googleapis.com,.push.services.mozilla.com,.push.apple.com,.notify.windows.com")
# Hosts whence a door's pictures may be fetched besides the platform's own: "zalo=.example.vn, viber=media.example".
MEDIA_HOSTS = env_list("MEDIA_HOSTS")
# How sure an answer in force must be, 0 to 1, before a text door gives it by itself; above 1 none ever is.
ANSWER_CONFIDENCE = float(env("ANSWER_CONFIDENCE", "0.6"))
# An Asterisk, for `manage.py ami_bridge`.
AMI_HOST = env("AMI_HOST")
AMI_PORT = int(env("AMI_PORT", "5038"))
AMI_USER = env("AMI_USER")
AMI_SECRET = env("AMI_SECRET")
AMI_TLS = env_flag("AMI_TLS")
AMI_QUEUES = env_list("AMI_QUEUES")
AMI_CONTEXT = env("AMI_CONTEXT", "from-internal")
# What desks dial for the services where it is not the number itself: 113=90113,114=90114
AMI_SERVICES = env_list("AMI_SERVICES")
# The extension that a crew hears which is rung up because it does not acknowledge; empty: nobody is rung.
AMI_CALL_OUT = env("AMI_CALL_OUT")
# Every contact point of an agency is asked so often, in days, to confirm that somebody is there; 0: only by hand.
CONTACT_DRILL_DAYS = int(env("CONTACT_DRILL_DAYS", "7"))
# Unanswered for so many hours, it counts as dead.
CONTACT_DEAD_AFTER_H = int(env("CONTACT_DEAD_AFTER_H", "24"))

PUBLIC_URL = env("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
# Where the SMS gateway reaches us, when that is not the public address.
SMS_CALLBACK_URL = env("SMS_CALLBACK_URL", PUBLIC_URL).rstrip("/")
# Where agencies work; messages to them lead there.
AGENCY_URL = f"{'https' if HTTPS else 'http'}://{AGENCY_HOST}" if AGENCY_HOST else PUBLIC_URL
HOTLINE_NAME = env("HOTLINE_NAME", "1022 Bình Dương")

# The mailbox to which citizens and agencies write: EMAIL_FROM's. Read by `manage.py read_mail`.
IMAP_HOST = env("IMAP_HOST")
IMAP_SECURITY = env("IMAP_SECURITY", "tls")
if IMAP_SECURITY not in {"tls", "starttls", "none"}:
    raise ImproperlyConfigured(f"OPSCENTER_IMAP_SECURITY is {IMAP_SECURITY!r}: it is tls, starttls or none")
IMAP_PORT = int(env("IMAP_PORT", "993" if IMAP_SECURITY == "tls" else "143"))
IMAP_USER = env("IMAP_USER")
IMAP_PASSWORD = env("IMAP_PASSWORD")
IMAP_FOLDER = env("IMAP_FOLDER", "INBOX")
EMAIL_HOST = env("SMTP_HOST")
EMAIL_PORT = int(env("SMTP_PORT", "25"))
EMAIL_HOST_USER = env("SMTP_USER")
EMAIL_HOST_PASSWORD = env("SMTP_PASSWORD")
EMAIL_USE_TLS = env_flag("SMTP_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", "1022@binhduong.example")
# Whom the makers of browsers may write to about our notifications.
PUSH_CONTACT = env("PUSH_CONTACT", f"mailto:{DEFAULT_FROM_EMAIL}")
if not PUSH_CONTACT.startswith(("mailto:", "https://")):
    raise ImproperlyConfigured(f"OPSCENTER_PUSH_CONTACT is {PUSH_CONTACT!r}: it begins with mailto: or https://")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.console.EmailBackend"
)
if DEMONSTRATION and not EMAIL_HOST:
    # Hundreds of messages: as files beside the database, not over what is printed at the start.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail-demonstration"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
    # Daphne's access log colours every line, also when nobody reads it: half its throughput.
    # httpx writes whole addresses, with the keys and the words that some gateways want in them.
    "loggers": {name: {"level": "WARNING"} for name in ("django.channels.server", "daphne", "httpx")},
}
