# Sourced by ./run and ./test (bash, after cd to the repository): what must be on the machine before a build.

fail() {
  echo "$*" >&2
  exit 2
}

# Build servers would outlive the script that started them, and telemetry has no place in a script.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
# The committed lock files decide what is restored.
export FRAMEVET_LOCKED="${FRAMEVET_LOCKED:-1}"

library_found() {
  # Debian keeps ldconfig out of a plain user's PATH.
  PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q "$1"
}

server_found() {
  # Debian keeps PostgreSQL's own programs out of the PATH.
  command -v initdb >/dev/null && command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

browser_found() {
  # Debian's build without a window is the fastest; elsewhere any Chromium does.
  command -v "${FRAMEVET_CHROMIUM:-chromium-headless-shell}" >/dev/null && return 0
  [ -z "${FRAMEVET_CHROMIUM:-}" ] && [ ! -e /etc/debian_version ] && { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null
}

icu_package() {
  # The package carries its version in its name: libicu72 on Debian 12.
  apt-cache pkgnames libicu 2>/dev/null | grep -E '^libicu[0-9]+$' | sort -V | tail -n 1 | grep . || echo libicu72
}

# Prints the Debian packages among the wanted ones that this machine lacks. ffmpeg stands for its two programs.
missing_packages() {
  local name
  for name in "$@"; do
    case "$name" in
      ffmpeg) command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || echo ffmpeg ;;
      nodejs) command -v node >/dev/null || echo nodejs ;;
      yt-dlp) command -v yt-dlp >/dev/null || echo yt-dlp ;;
      python3) command -v python3 >/dev/null || echo python3 ;;
      curl) command -v curl >/dev/null || echo curl ;;
      npm) command -v npm >/dev/null || echo npm ;;
      chromium) browser_found || echo chromium-headless-shell ;;
      postgresql) server_found || echo postgresql ;;
      nginx-light) PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v nginx >/dev/null || echo nginx-light ;;
      libsqlite3-0) library_found 'libsqlite3\.so\.0' || echo libsqlite3-0 ;;
      libturbojpeg0) library_found 'libturbojpeg\.so\.0' || echo libturbojpeg0 ;;
      libicu) [ "${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-0}" = 1 ] || library_found 'libicuuc\.so' || echo libicu ;;
    esac
  done
}

# Installs what is missing on Debian, as root or through sudo; says what to install anywhere else.
need_packages() {
  local missing os="" sudo=""
  missing="$(missing_packages "$@" | tr '\n' ' ')"
  missing="${missing% }"
  [ -n "$missing" ] || return 0

  [ -r /etc/os-release ] && os="$(. /etc/os-release && echo "${ID:-}")"
  if [ "$os" != debian ] || ! command -v apt-get >/dev/null; then
    fail "Missing: $missing. These are Debian package names; install the equivalents and start again."
  fi
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "Missing: $missing. As root, run: apt-get update && apt-get install $missing"
    sudo=sudo
  fi

  echo "Installing missing Debian packages: $missing"
  $sudo apt-get update -qq >/dev/null || fail "apt-get update failed; install these by hand: $missing"
  missing="${missing/libicu/$(icu_package)}"
  # The tests start servers of their own, for themselves: what a package brings as a service is not started.
  local answers=/usr/sbin/policy-rc.d made="" result=0
  if [ ! -e "$answers" ]; then
    made=1
    printf '#!/bin/sh\nexit 101\n' | $sudo tee "$answers" >/dev/null
    $sudo chmod 755 "$answers"
  fi
  # shellcheck disable=SC2086 # a list of package names
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null || result=1
  [ -z "$made" ] || $sudo rm -f "$answers"
  [ "$result" = 0 ] || fail "apt-get could not install: $missing"
}

need_dotnet() {
  command -v dotnet >/dev/null || fail "The .NET 10 SDK is missing: dotnet is not on the PATH."
  # Programs built here look for .NET there, also when it was unpacked into a home directory.
  DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
  export DOTNET_ROOT
}

need_node_modules() {
  # npm writes this file last; older than the lock file means that the lock file has changed since.
  if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
  fi
}
