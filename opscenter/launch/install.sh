#!/bin/sh
# Makes this machine able to run the application: `install.sh run`, or to test it too: `install.sh test`.
# Says what it installs; without root or sudo without a password it says what to install, and stops.
# What it makes lies in build/; a second run that finds everything in place takes a few milliseconds.
set -eu

cd "$(dirname "$0")/../.."
level=${1:-run}
mkdir -p build data
# Two starts at once must not install over each other.
if command -v flock >/dev/null 2>&1; then exec 9>build/install.lock; flock 9; fi

say() { printf '%s\n' "· $*"; }
stop() { printf '%s\n' "$@" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# install_packages REASON PACKAGE…
install_packages() {
    reason=$1; shift
    if ! command -v apt-get >/dev/null 2>&1; then
        stop "$reason. This is not a Debian or Ubuntu machine, so install the equivalent of these packages yourself:" \
             "    $*" "then start again."
    fi
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
        stop "$reason. Please install these Debian packages, then start again:" "    sudo apt-get install $*"
    fi
    say "$reason: installing the Debian packages $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
        say "The list of packages could not be refreshed; trying with the one that is there"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >build/apt.log 2>&1 || {
        tail -n 15 build/apt.log >&2
        stop "apt-get could not install: $*"
    }
}

# --- a Python that can load SpatiaLite --------------------------------------------------------------------------
suits() {
    "$1" - <<'PY' >/dev/null 2>&1
import sqlite3, sys
sys.exit(0 if sys.version_info >= (3, 11) and hasattr(sqlite3.Connection, "enable_load_extension") else 1)
PY
}

pick_python() {
    for candidate in ${PYTHON:-} /usr/bin/python3 /usr/bin/python3.11 /usr/bin/python3.12 /usr/bin/python3.13 \
        python3 python3.13 python3.12 python3.11 /usr/local/bin/python3; do
        path=$(command -v "$candidate" 2>/dev/null) || continue
        if suits "$path"; then printf '%s' "$path"; return 0; fi
    done
    return 1
}

loads_spatialite() {
    "$1" - <<'PY' >/dev/null 2>&1
import sqlite3
connection = sqlite3.connect(":memory:")
connection.enable_load_extension(True)
connection.load_extension("mod_spatialite")
PY
}

fingerprint() { cat "$@" | sha256sum | cut -d' ' -f1; }

no_python="No Python 3.11 or newer with loadable SQLite extensions was found (Pythons built by pyenv usually lack them)"
if [ -x build/venv/bin/python ] && suits build/venv/bin/python; then
    python=build/venv/bin/python
else
    rm -rf build/venv
    python=$(pick_python) || {
        install_packages "$no_python" python3 python3-venv
        python=$(pick_python) || stop "$no_python." \
            "On Debian 12 or Ubuntu 24.04 and newer /usr/bin/python3 is one. Elsewhere build Python with" \
            "    ./configure --enable-loadable-sqlite-extensions" \
            "and start again with PYTHON=/path/to/python3 make run"
    }
fi
loads_spatialite "$python" || install_packages "SQLite's spatial extension is missing" libsqlite3-mod-spatialite
loads_spatialite "$python" || stop "$python cannot load mod_spatialite, although the package is installed." \
    "If that Python carries its own SQLite, start again with PYTHON=/usr/bin/python3 make run"

# --- uv, which installs everything else with hashes -------------------------------------------------------------
uv_print=$(fingerprint opscenter/launch/uv.txt)
if [ "$(cat build/tools/installed 2>/dev/null)" != "$uv_print" ]; then
    say "Fetching uv, the installer"
    base=$(pick_python) || base=$python
    fetch="-m pip install -q --disable-pip-version-check --no-deps --require-hashes -r opscenter/launch/uv.txt"
    # shellcheck disable=SC2086
    if "$base" -c 'import ensurepip, venv' 2>/dev/null; then
        "$base" -m venv --clear build/tools
        build/tools/bin/python $fetch 2>build/pip.log || stop "$(cat build/pip.log)"
    else
        "$base" -m pip --version >/dev/null 2>&1 || install_packages "Python's installer is missing" python3-pip
        rm -rf build/tools
        "$base" $fetch --target build/tools 2>build/pip.log || stop "$(cat build/pip.log)"
    fi
    printf '%s' "$uv_print" >build/tools/installed
fi
uv=build/tools/bin/uv

# --- the environment --------------------------------------------------------------------------------------------
requirements=requirements.txt
# Once made for testing, an environment stays so: starting the application must not take the tools away.
if [ "$level" = test ] || [ -e build/venv/for-tests ]; then requirements=requirements-dev.txt; fi
wanted=$(fingerprint "$requirements")
if [ "$(cat build/venv/installed 2>/dev/null)" != "$wanted" ]; then
    [ -x build/venv/bin/python ] || "$uv" venv -q --python "$python" build/venv
    # uv does not read pip's settings. A mirror the user has set for pip is meant for us too.
    mirror=${PIP_INDEX_URL:-$(python3 -m pip config get global.index-url 2>/dev/null || true)}
    if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ] && [ -n "$mirror" ]; then export UV_DEFAULT_INDEX="$mirror"; fi
    say "Installing $(grep -c '^[a-zA-Z0-9]' "$requirements") Python packages"
    "$uv" pip sync -q --python build/venv/bin/python --require-hashes "$requirements"
    if [ "$requirements" = requirements-dev.txt ]; then : >build/venv/for-tests; fi
    printf '%s' "$wanted" >build/venv/installed
fi

# --- what only the tests need -----------------------------------------------------------------------------------
if [ "$level" = test ]; then
    missing=""
    ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || missing="$missing postgresql postgresql-postgis"
    command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
    command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] || missing="$missing nginx"
    command -v xgettext >/dev/null 2>&1 || missing="$missing gettext"
    command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
    command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
    # An SMS gateway with its fake centre, a mail store and a mail server: peers of the doors.
    [ -x /usr/sbin/bearerbox ] && [ -x /usr/lib/kannel/test/fakesmsc ] || missing="$missing kannel kannel-extras"
    [ -x /usr/lib/dovecot/imap ] || missing="$missing dovecot-imapd"
    [ -x /usr/sbin/exim4 ] || missing="$missing exim4-daemon-light"
    # shellcheck disable=SC2086
    [ -z "$missing" ] || install_packages "The tests need servers and a browser" $missing
fi
