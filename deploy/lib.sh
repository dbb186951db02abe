# Sourced first by every run script: `. "$(dirname "$0")/../lib.sh"`. Sets PATH, HOME and `here`, the script's folder.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
HOME=$MINIGRAM_STATE
export PATH HOME
umask 077
here=$(cd "$(dirname "$0")" && pwd)
# NGINX and Redis overwrite their environment with their title: this directory is by what a process of this stack is known for sure.
cd "$MINIGRAM_STATE"

fail() {
  echo "$(basename "$here"): $*" >&2
  exit 1
}

# Starts the script again as MINIGRAM_USER when it runs as root; extra arguments go to setpriv. Otherwise does nothing.
leave_root() {
  [ "$(id -u)" -eq 0 ] || return 0
  [ $# -gt 0 ] || set -- --inh-caps=-all
  exec setpriv --reuid="$MINIGRAM_USER" --regid="$MINIGRAM_USER" --init-groups "$@" sh "$here/run"
}

# Room for as many connections as the machine allows, up to 65,536: varnishd walks through all possible descriptors when it starts.
# shellcheck disable=SC3045 # every sh of Debian knows -n and -H
raise_file_limit() {
  limit=$(ulimit -H -n)
  [ "$limit" != unlimited ] && [ "$limit" -lt 65536 ] || limit=65536
  ulimit -n "$limit"
}

# render TEMPLATE TARGET: @NAME@ becomes the environment variable, @secret:NAME@ the contents of that secret file, so that no secret is ever
# in an environment or on a command line. An unset name is an error. The target appears whole (rename) and readable by its owner only.
render() {
  mkdir -p "$(dirname "$2")"
  awk '
    function value(name, path, text) {
      if (name !~ /^secret:/) {
        if (name in ENVIRON) return ENVIRON[name]
        print FILENAME ": " name " is not set" > "/dev/stderr"; broken = 1; return ""
      }
      path = ENVIRON["MINIGRAM_SECRETS_DIR"] "/" substr(name, 8)
      if ((getline text < path) <= 0) { print "secret " path " cannot be read" > "/dev/stderr"; broken = 1 }
      close(path)
      return text
    }
    {
      rest = $0; line = ""
      while (match(rest, /@(secret:[a-z-]+|[A-Z][A-Z0-9_]*)@/)) {
        line = line substr(rest, 1, RSTART - 1) value(substr(rest, RSTART + 1, RLENGTH - 2))
        rest = substr(rest, RSTART + RLENGTH)
      }
      print line rest
    }
    END { exit broken }
  ' "$1" >"$2.new" || fail "$1 could not be rendered"
  mv "$2.new" "$2"
}

# For the Node processes: the release that `current` names at this moment, for good, and the compile cache that all of them share.
enter_release() {
  MINIGRAM_RELEASE=$(readlink -f "$MINIGRAM_RELEASE")
  export MINIGRAM_RELEASE NODE_COMPILE_CACHE="$MINIGRAM_STATE/run/compile-cache" MALLOC_ARENA_MAX=2
  cd "$MINIGRAM_RELEASE"
}

# Is plain HTTP sent on to HTTPS? By default where the certificate is one's own: nobody is sent to a browser's warning.
redirects_to_tls() {
  case ${MINIGRAM_TLS_REDIRECT:-auto} in
    on) return 0 ;;
    off) return 1 ;;
    auto) [ -n "${MINIGRAM_TLS_CERT:-}" ] ;;
    *) fail "MINIGRAM_TLS_REDIRECT is '$MINIGRAM_TLS_REDIRECT', not on, off or auto" ;;
  esac
}
