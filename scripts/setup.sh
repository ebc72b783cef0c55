#!/bin/sh
# Makes .venv from the hashed lock files: `setup.sh demo` for the program, `setup.sh test` for all its tools as well.
#
# Always true: nothing is installed that is not in a lock file, with its hash; an environment that fits is left alone;
# each thing that is missing is said in one sentence, with the command that helps, and nothing is left half made.
set -eu
cd "$(dirname "$0")/.."

# What a user's shell may carry over would change what is installed; where packages come from stays the user's word.
for variable in PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PIP_REQUIREMENT \
    PIP_REQUIRE_HASHES PIP_REQUIRE_VIRTUALENV PIP_NO_BINARY PIP_NO_DEPS PIP_DRY_RUN; do
    unset "$variable"
done
export PYTHONNOUSERSITE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

say() { printf '%s\n' "$*" >&2; }
stop() {
    say "$*"
    exit 1
}

what=${1:-demo}
case $what in
    demo) lock=requirements.lock extras='[passkeys]' compiled=--compile ;;
    # Half a minute of compiling six thousand modules, of which the tests import a few hundred: those are compiled then.
    test) lock=requirements-test.lock extras='[keyring,otel,passkeys,postgres,printer,scan]' compiled=--no-compile ;;
    *) stop "To set up, say what for; run: scripts/setup.sh demo (or: scripts/setup.sh test)" ;;
esac

# 1. A Python of 3.11 or newer: $PYTHON, else the first that will do.
new_enough() { "$1" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
python=
for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && new_enough "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    found=$(python3 -V 2>/dev/null || echo "no python3")
    stop "Python 3.11 or newer is needed and $found was found; on Debian or Ubuntu run: sudo apt-get install python3 python3-venv"
fi

# 2. Its venv and ensurepip, which Debian packs apart.
if ! "$python" -I -c 'import ensurepip, venv' >/dev/null 2>&1; then
    version=$("$python" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    stop "Python $version has no ensurepip, so no environment can be made; on Debian or Ubuntu run: sudo apt-get install python$version-venv"
fi

# 3. Write permission, in the checkout and in an environment that another user may have made.
[ -w . ] || stop "The folder $PWD cannot be written by $(id -un); run: sudo chown -R $(id -un) '$PWD'"
if [ -d .venv ] && { [ ! -w .venv ] || [ ! -w .venv/bin ]; }; then
    stop "The folder .venv belongs to another user, so $(id -un) cannot use it; run: sudo rm -rf '$PWD/.venv'"
fi

# 4. An environment that fits is left alone. Scripts in it hold their own path, so a moved checkout needs a new one.
environment() { printf '%s\n' "$PWD" && "$python" -I -c 'import sys; print(sys.version, sys.base_prefix)'; }
# Of pyproject.toml only what an install reads: a changed rule of style installs nothing.
project='import tomllib; text = tomllib.load(open("pyproject.toml", "rb")); print(text["build-system"], text["project"])'
content() {
    cksum requirements.lock "$lock"
    "$python" -I -c "$project"
    grep '^__version__' src/counterfoil/__init__.py
}
works() { [ -x .venv/bin/python ] && new_enough .venv/bin/python && [ -x .venv/bin/counterfoil ]; }
same() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

wanted_environment=$(environment)
wanted_content=$(content)
if same .venv/.environment "$wanted_environment" && works; then
    same ".venv/.$what" "$wanted_content" && exit 0
    # The tests' environment holds all that the program needs.
    if [ "$what" = demo ]; then
        lock=requirements-test.lock
        same .venv/.test "$(content)" && exit 0
        lock=requirements.lock
    fi
else
    say "Making .venv with $("$python" -V) …"
    rm -rf .venv
    "$python" -I -m venv .venv >/dev/null 2>&1 || {
        rm -rf .venv
        stop "An environment could not be made in $PWD; check that the disk is not full, with: df -h ."
    }
fi

# 5. The registry, before anything is changed: one small locked package, fetched to nowhere.
pip() { .venv/bin/python -I -m pip "$@"; }
probe=.venv/.probe
rm -rf "$probe"
mkdir "$probe"
sed -n '/^mdurl==/,/[^\\]$/p' requirements.lock >"$probe/one.txt"
if ! pip download --quiet --no-deps --require-hashes --only-binary :all: --no-cache-dir --retries 1 --timeout 20 \
    --dest "$probe" -r "$probe/one.txt" >"$probe/log" 2>&1; then
    say "$(tail -n 1 "$probe/log")"
    rm -rf "$probe"
    stop "The package registry cannot be reached; connect to the network (or set HTTPS_PROXY, PIP_INDEX_URL or PIP_CERT), then run: make $what"
fi
rm -rf "$probe"

# 6. Exactly what is locked, then the checkout itself, built by the locked backend.
say "Installing what $lock names …"
rm -f .venv/.demo .venv/.test
pip install --quiet $compiled --require-hashes --only-binary :all: -r "$lock" ||
    stop "A locked package could not be installed (the reason is above); once it is put right, run: make $what"
pip install --quiet $compiled --no-deps --no-build-isolation --no-index --editable ".$extras" ||
    stop "The checkout could not be installed (the reason is above); run: make clean, then: make $what"
printf '%s\n' "$wanted_environment" >.venv/.environment
printf '%s\n' "$wanted_content" >".venv/.$what"
