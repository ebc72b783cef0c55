#!/bin/sh
# Writes both lock files from pyproject.toml: every version and hash, for every platform, and no registry's address.
# Plain pip reads them (`pip install --require-hashes`). Needs uv; run by `make lock`.
set -eu
cd "$(dirname "$0")/.."

if ! command -v "${UV:-uv}" >/dev/null 2>&1; then
    echo "To make the lock files you need uv; run: python3 -m pip install uv" >&2
    exit 1
fi

compile() {
    # Old locks stay in place as preferences: only what pyproject.toml asks for, or ARGS (--upgrade), moves.
    "${UV:-uv}" pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
        --no-header --no-emit-index-url --no-emit-find-links --no-annotate "$@"
}

compile pyproject.toml --extra passkeys --group build --output-file requirements.lock "${UPGRADE:---no-upgrade}"
compile pyproject.toml --all-extras --group test --constraints requirements.lock \
    --output-file requirements-test.lock "${UPGRADE:---no-upgrade}"
