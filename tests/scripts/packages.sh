# To be sourced: installs missing Debian packages if it can (root, apt-get).

missing=()

need() { # <package> <test that holds once it is installed>...
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

install_missing() {
    if [ ${#missing[@]} -eq 0 ]; then
        return
    fi
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "error: missing ${missing[*]}" >&2
        echo "hint: install these Debian 12 packages, or run this script as root there" >&2
        exit 1
    fi
    echo "installing ${missing[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    local wait=(-o DPkg::Lock::Timeout=900)
    {
        apt-get "${wait[@]}" update
        apt-get "${wait[@]}" install -y --no-install-recommends "${missing[@]}"
    } >&2
}
