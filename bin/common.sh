# What ./run, ./test and ./bench share. Sourced, not run; plain enough for the bash 3.2 of macOS.
# Afterwards ROOT is the repository and JAVA_HOME a JDK of at least version 25.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
JDK_MIN=25

# Flags for the program itself; this line is the place to tune the start.
JAVA_FLAGS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+ExitOnOutOfMemoryError"

say() {
  printf '%s\n' "$*" >&2
}

stop_with() {
  say "everbrook: $*"
  exit 1
}

# jdk_version HOME: the major version of a JDK, 0 for anything else. Reads a file, starts no JVM.
jdk_version() {
  local version=0
  if [ -x "$1/bin/javac" ] && [ -r "$1/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  fi
  printf '%s\n' "${version:-0}"
}

# The home of the java on the PATH, links followed (readlink -f is not everywhere).
jdk_on_path() {
  local java target
  java=$(command -v java || true)
  while [ -n "$java" ] && [ -L "$java" ]; do
    target=$(readlink "$java")
    case $target in
      /*) java=$target ;;
      *) java=$(dirname "$java")/$target ;;
    esac
  done
  if [ -n "$java" ]; then
    (cd "$(dirname "$java")/.." && pwd)
  fi
}

# Sets JAVA_HOME to the first JDK that is new enough: what the user chose, then the usual folders.
find_jdk() {
  local home path_home
  path_home=$(jdk_on_path)
  for home in "${JAVA_HOME:-}" "$path_home" \
    /usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* /opt/jdk/* \
    "${HOME:-/nonexistent}"/.jdks/* "${HOME:-/nonexistent}"/.sdkman/candidates/java/* \
    "${HOME:-/nonexistent}"/.asdf/installs/java/* "${HOME:-/nonexistent}"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    if [ -n "$home" ] && [ "$(jdk_version "$home")" -ge "$JDK_MIN" ]; then
      export JAVA_HOME=$home
      return 0
    fi
  done
  stop_with "needs a JDK $JDK_MIN or newer and found none: install one (https://adoptium.net) or set JAVA_HOME"
}

# at_least HAVE MAJOR MINOR: whether version HAVE ("3.8.7") is at least MAJOR.MINOR.
at_least() {
  local major minor
  major=${1%%.*}
  minor=${1#*.}
  minor=${minor%%.*}
  [ "$major" -gt "$2" ] || { [ "$major" -eq "$2" ] && [ "$minor" -ge "$3" ]; }
}

need_maven() {
  local version
  command -v mvn >/dev/null || stop_with "needs Maven 3.8 or newer to build and found no mvn on the PATH"
  version=$(mvn --version | sed -n 's/.*Apache Maven \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  at_least "${version:-0.0}" 3 8 || stop_with "needs Maven 3.8 or newer to build, mvn is ${version:-unknown}"
}

need_node() {
  local version
  command -v node >/dev/null || stop_with "needs Node 20 or newer to build and found no node on the PATH"
  command -v npm >/dev/null || stop_with "needs npm, which comes with Node, to build and found none on the PATH"
  version=$(node --version | sed 's/^v//')
  at_least "${version:-0.0}" 20 0 || stop_with "needs Node 20 or newer to build, node is ${version:-unknown}"
}

need_python() {
  local version
  command -v python3 >/dev/null || stop_with "needs Python 3.9 or newer for the test of examples/worker.py and found no python3 on the PATH: install it (apt-get install python3)"
  version=$(python3 -c 'import platform; print(platform.python_version())')
  at_least "${version:-0.0}" 3 9 || stop_with "needs Python 3.9 or newer for the test of examples/worker.py, python3 is ${version:-unknown}"
}

# quick_maven: has Maven run without the second compiler, which costs a build more than it gains.
quick_maven() {
  export MAVEN_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC ${MAVEN_OPTS:-}"
}

# is_stale MODULE: whether MODULE was never built or anything it is built from changed since.
# Folders below src count too: one changes when a file in it is removed.
is_stale() {
  local stamp=$ROOT/target/built-$1
  [ -e "$stamp" ] && [ -d "$ROOT/$1/target/everbrook/lib" ] || return 0
  [ -n "$(find "$ROOT" \
    \( -name target -o -name node_modules -o -name .git -o -name '*.md' -o -path '*/src/test' \
    -o -path "$ROOT/data" -o -path "$ROOT/docs" -o -path "$ROOT/architecture" \) -prune \
    -o \( -type f -o -path '*/src/*' \) -newer "$stamp" -print 2>/dev/null | head -n 1)" ]
}

# build MODULE: packages MODULE and what it needs, if stale; tells how far it is.
build() {
  is_stale "$1" || return 0
  need_maven
  need_node
  quick_maven
  local log=$ROOT/target/build.log stamp=$ROOT/target/built-$1 pid
  mkdir -p "$ROOT/target"
  touch "$stamp.new"
  rm -rf "$ROOT/$1/target/everbrook" # a library that is no longer needed must not linger on the class path
  say "building $1 (the first time downloads libraries); all of it in $log"
  # Neither tests nor lint, which are ./test's: they take longer to compile than the program itself.
  (cd "$ROOT" && exec mvn -B -ntp -T 1C -Dstyle.color=never -Dmaven.test.skip -pl "$1" -am package) >"$log" 2>&1 &
  pid=$!
  # A background process does not hear Ctrl-C.
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  report "$pid" "$log"
  if ! wait "$pid"; then
    show_failure "$log"
    stop_with "the build failed; all of it is in $log"
  fi
  trap - INT TERM
  rm -f "$AOT_CACHE"
  mv "$stamp.new" "$stamp"
}

# report PID LOG: a line when a module begins, and one every four seconds while nothing else happens.
report() {
  local module last='' quiet=0 start=$SECONDS
  while kill -0 "$1" 2>/dev/null; do
    sleep 0.5
    quiet=$((quiet + 1))
    module=$(sed -n 's/^\[INFO\] Building \(Everbrook[^ ]* [a-z]*\) .*\(\[[0-9/]*\]\)$/\2 \1/p' "$2" | tail -n 1)
    if [ "$module" != "$last" ] || [ "$quiet" -ge 8 ]; then
      say "  ${module:-starting Maven} ($((SECONDS - start)) s)"
      last=$module
      quiet=0
    fi
  done
}

show_failure() {
  local lines
  lines=$(grep '^\[ERROR\]' "$1" | grep -v -e 'Help 1' -e '-e switch' -e '-X switch' \
    -e 'For more information' -e 'After correcting' -e '^\[ERROR\] *$' | head -n 25 || true)
  if [ -n "$lines" ]; then
    say "$lines"
  else
    tail -n 20 "$1" >&2
  fi
}

# class_path MODULE: its jars in a fixed order, which the cache below depends on.
class_path() {
  printf '%s:' "$ROOT/$1/target/everbrook/lib"/*.jar
}

# Where the JVM keeps the classes of the server as it loaded them.
AOT_CACHE=$ROOT/target/everbrook.aot

# use_rehearsal: adds the flags that make a start quicker, or rehearses for the next one beside this one.
use_rehearsal() {
  if [ -f "$AOT_CACHE" ]; then
    JAVA_FLAGS="$JAVA_FLAGS -XX:AOTCache=$AOT_CACHE -Xlog:aot*=off -Xlog:cds*=off"
  else
    rehearse "$$" >/dev/null 2>&1 &
  fi
}

# rehearse SERVER: starts the server once more, on data of its own, and asks it something, so that every
# later start finds its classes loaded (JEP 514): about a third of the time. It ends with process SERVER, and
# the cache appears whole or not at all; without it starts are slower, nothing else.
rehearse() {
  local log=$ROOT/target/rehearsal.log data=$ROOT/target/rehearsal.$$ cache=$AOT_CACHE.$$ pid tries=0
  # What a rehearsal left behind that was killed.
  find "$ROOT/target" -maxdepth 1 \( -name 'rehearsal.[0-9]*' -o -name 'everbrook.aot.*' \) -mmin +10 -exec rm -rf {} +
  env -u EVERBROOK_DATABASE_URL -u OPENAI_BASE_URL -u OPENAI_API_KEY -u AI_MODEL -u EVERBROOK_ROLES \
    EVERBROOK_ENV=dev EVERBROOK_HOST=127.0.0.1 EVERBROOK_PORT=0 EVERBROOK_DATA="$data" \
    nice -n 10 "$JAVA_HOME/bin/java" $JAVA_FLAGS -XX:AOTCacheOutput="$cache" -cp "$(class_path server)" \
    dev.everbrook.server.app.Main >"$log" 2>&1 &
  pid=$!
  while kill -0 "$1" 2>/dev/null && kill -0 "$pid" 2>/dev/null && ! grep -q ' open ' "$log" && [ "$tries" -lt 300 ]; do
    sleep 0.2
    tries=$((tries + 1))
  done
  node "$ROOT/bin/rehearse.mjs" "$(sed -n 's/^ *open *//p' "$log")" >>"$log" 2>&1 || true
  kill "$pid" 2>/dev/null || true
  if wait "$pid"; then :; fi
  if [ -f "$cache" ]; then
    mv "$cache" "$AOT_CACHE"
  fi
  rm -rf "$data"
}
