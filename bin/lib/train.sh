#!/usr/bin/env bash
# Makes APP/classes.aot, the JVM's cache of loaded classes and of what is hot in them, with which bin/jkprobes starts in about two
# thirds of the time:
#
#   JAVA_HOME=… bin/lib/train.sh APP
#
# It boots a guest, saves it, and starts it once more from there while the JVM takes notes. bin/jkprobes calls it in the background
# at the first run after a build. If it fails, nothing is there and a later run tries again.
set -uo pipefail

# shellcheck source=jdk.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/jdk.sh"

app=${1:?the folder of what was built}
work=$app/training
mkdir "$work" 2> /dev/null || exit 0 # another one is at it
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

jkprobes() {
  "$JAVA_HOME/bin/java" "$@" "${JVM_OPTIONS[@]}" -cp "$app/lib/*" org.jkprobes.cli.Main \
    run --exec true --snapshot "$work/shell" < /dev/null > "$work/log" 2>&1
}

# The JVM that writes the cache is a child of that whose classes they are, which does not tell whether it succeeded.
jkprobes && jkprobes "-XX:AOTCacheOutput=$work/classes.aot" "-XX:ErrorFile=$work/error" &&
  [[ -s $work/classes.aot ]] && mv "$work/classes.aot" "$app/classes.aot"
