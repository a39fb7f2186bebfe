#!/usr/bin/env bash
# Makes APP/classes.aot, the JVM's cache of loaded classes and of what is hot in them, with which bin/jkprobes starts in about two
# thirds of the time:
#
#   JAVA_HOME=… bin/lib/train.sh APP [GUEST …]
#
# It has each GUEST and every other guest whose kernel is there boot, see Training.java, while the JVM takes notes. bin/jkprobes calls it in
# the background at the first run after a build, and at the first run of a guest that it has not yet seen. If it fails, nothing
# changes and a later run tries again.
set -uo pipefail

# shellcheck source=jdk.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/jdk.sh"

app=${1:?the folder of what was built}
work=$app/training
mkdir "$work" 2> /dev/null || exit 0 # another one is at it
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

# The JVM that writes the cache is a child of that whose classes they are, which does not tell whether it succeeded.
"$JAVA_HOME/bin/java" "-XX:AOTCacheOutput=$work/classes.aot" "-XX:ErrorFile=$work/error" "${JVM_OPTIONS[@]}" -cp "$app/lib/*" \
  org.jkprobes.cli.Training "$work" "${@:2}" < /dev/null > "$work/log" 2>&1 &&
  [[ -s $work/classes.aot ]] && mv "$work/classes.aot" "$app/classes.aot" &&
  mv "$work/trained" "$app/trained"
