# shellcheck shell=bash
# Finds a JDK that is new enough. Sourced by bin/jkprobes, bin/test, bin/bench, train.sh and .ci/run.

JDK_NEEDED=25

# How every JVM of ours is started: one that writes the class cache as those that read it.
# shellcheck disable=SC2034 # used by those who source this
JVM_OPTIONS=(
  -XX:+UseSerialGC
  --enable-native-access=ALL-UNNAMED
  # One decompressor library still reads memory the old way; without this the JVM warns about it on stderr.
  --sun-misc-unsafe-memory-access=allow
)

# The feature release (17, 25, …) of the Java in folder $1, or nothing. Reads its release file: starting a JVM to ask would
# cost as much as the whole command.
jdk_release_of() {
  local line version
  [[ -r $1/release && -x $1/bin/java ]] || return 0
  while IFS= read -r line; do
    case $line in
      JAVA_VERSION=*)
        version=${line#JAVA_VERSION=}
        version=${version//\"/}
        version=${version%%[.+-]*}
        if [[ $version =~ ^[0-9]+$ ]]; then echo "$version"; fi
        return 0
        ;;
    esac
  done < "$1/release"
}

# Whether folder $1 holds a whole JDK (compiler included) that is new enough.
jdk_fits() {
  local release
  release=$(jdk_release_of "$1")
  [[ -n $release && -x $1/bin/javac ]] && ((release >= JDK_NEEDED))
}

# Sets JAVA_HOME to a fitting JDK. Otherwise leaves one line in JDK_MISSING and returns 1.
jdk_find() {
  local home on_path seen="" old
  JDK_MISSING=""
  if [[ -n ${JAVA_HOME:-} ]] && jdk_fits "$JAVA_HOME"; then
    export JAVA_HOME
    return 0
  fi
  if on_path=$(command -v java) && on_path=$(readlink -f "$on_path"); then
    on_path=${on_path%/bin/java}
  else
    on_path=""
  fi
  # Folders that name the release come first: that is the one this project is built and tested with.
  for home in \
    /usr/lib/jvm/*"$JDK_NEEDED"* /usr/java/*"$JDK_NEEDED"* /opt/*jdk*"$JDK_NEEDED"* /opt/java/*"$JDK_NEEDED"* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/"$JDK_NEEDED"* "${HOME:-/nonexistent}"/.jdks/*"$JDK_NEEDED"* \
    /Library/Java/JavaVirtualMachines/*"$JDK_NEEDED"*/Contents/Home \
    "$on_path" /usr/lib/jvm/* /opt/java/*; do
    [[ -n $home && -d $home ]] || continue
    if jdk_fits "$home"; then
      export JAVA_HOME=$home
      return 0
    fi
    old=$(jdk_release_of "$home")
    if [[ -n $old && $seen != *" $old "* ]]; then seen="${seen:- }$old "; fi
  done
  JDK_MISSING="JDK $JDK_NEEDED or newer is missing"
  if [[ -n $seen ]]; then
    seen=${seen# }
    seen=${seen% }
    JDK_MISSING+=" (found only Java ${seen// /, })"
  fi
  JDK_MISSING+="; install one, for example 'apt install openjdk-$JDK_NEEDED-jdk' or https://adoptium.net, or set JAVA_HOME to it"
  return 1
}
