# shellcheck shell=bash
# Builds the application folder that bin/jkprobes runs. Sourced by it; uses its root, apps, current, refuse and is_fresh.

# Maven's own lines, turned into one line that counts modules (on a terminal) or is silent (elsewhere).
build_progress() {
  local line
  while IFS= read -r line; do
    printf '%s\n' "$line" >> "$1"
    if [[ -t 2 && $line =~ Building\ ([a-z]+)\ .*\[([0-9]+/[0-9]+)\] ]]; then
      printf '\rjkprobes: building %s %s … \033[K' "${BASH_REMATCH[2]}" "${BASH_REMATCH[1]}" >&2
    fi
  done
  if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}

# Why the build failed, in one line.
build_reason() {
  local log=$1 line
  if grep -q -E 'Unknown host|Network is unreachable|Connection (refused|timed out)|Temporary failure in name resolution' "$log"; then
    echo "its libraries cannot be fetched (no network?)"
  elif grep -q 'No space left on device' "$log"; then
    echo "no space left on device"
  else
    line=$(grep '^\[ERROR\]' "$log" | grep -v -m 1 'COMPILATION ERROR' | cut -c 9-250)
    echo "${line:-Maven failed}"
  fi
}

build_app() {
  command -v mvn > /dev/null || refuse "Maven, which builds jkprobes on first use, is missing; install it, for example 'apt install maven'"
  mkdir -p "$apps" 2> /dev/null && [[ -w $apps ]] || refuse "must be built, and $root/target cannot be written"

  # One build at a time in this folder; whoever waited finds the work done.
  local lock
  exec {lock}< "$root/bin" || refuse "cannot open $root/bin"
  if command -v flock > /dev/null; then
    if ! flock -n "$lock"; then
      echo "jkprobes: waiting for another build to end" >&2
      flock "$lock"
    fi
  fi
  if is_fresh; then
    exec {lock}<&-
    return 0
  fi

  local log=$root/target/build.log number=1 next
  : > "$log" || refuse "cannot write $log"
  while [[ -e $apps/$number ]]; do number=$((number + 1)); done
  next=$apps/$number
  rm -rf "$apps"/next.*
  mkdir "$apps/next.$$" || refuse "cannot write $apps"
  # The time stamp is from before the build, so that what changes during it is built next time.
  touch "$apps/next.$$/built"
  echo "jkprobes: building${1:-} (about a minute on first use; log: target/build.log)" >&2
  if ! (cd "$root" && mvn -B -pl cli -am package -Dmaven.test.skip=true -Dspotless.check.skip=true "-Djkprobes.app=$apps/next.$$/lib" \
    < /dev/null 2>&1) | build_progress "$log"; then
    rm -rf "$apps/next.$$"
    refuse "cannot be built: $(build_reason "$log") (log: $log)"
  fi
  if ! "$JAVA_HOME/bin/java" "$root/bin/lib/ModernJars.java" "$apps/next.$$/lib" >> "$log" 2>&1; then
    rm -rf "$apps/next.$$"
    refuse "cannot be built: old libraries cannot be made modern (log: $log)"
  fi
  mv "$apps/next.$$" "$next" && ln -sfn "$number" "$apps/current.$$" && mv -T "$apps/current.$$" "$current" || refuse "cannot write $apps"
  # The one before may still be running; older ones go.
  local old
  for old in "$apps"/[0-9]*; do
    if ((${old##*/} < number - 1)); then rm -rf "$old"; fi
  done
  exec {lock}<&-
}
