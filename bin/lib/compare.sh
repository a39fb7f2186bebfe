# shellcheck shell=bash
# Measures two commits beside each other. Sourced by bin/bench; it has set root and refuse.

# A commit's full name, or a refusal.
compare_commit() {
  git -C "$root" rev-parse --verify --quiet --end-of-options "$1^{commit}" 2> /dev/null || refuse "--compare: unknown commit $1"
}

compare_work="" compare_child=""

# Leaves nothing behind, whatever it is that ends the script.
compare_clean() {
  trap '' INT TERM HUP
  if [[ -n $compare_child ]]; then
    kill "$compare_child" 2> /dev/null
    wait "$compare_child" 2> /dev/null
  fi
  if [[ -n $compare_work ]]; then
    local tree
    for tree in "$compare_work"/*/.git; do
      [[ -e $tree ]] && git -C "$root" worktree remove --force "${tree%/.git}"
    done
    rm -rf "$compare_work"
    git -C "$root" worktree prune
  fi
}

# Runs a command so that a signal ends both.
compare_step() {
  "$@" < /dev/null &
  compare_child=$!
  wait "$compare_child"
  local code=$?
  compare_child=""
  return "$code"
}

compare_maven() {
  cd "$1" && exec mvn -B -pl bench -am package -Dmaven.test.skip=true -Dspotless.check.skip=true > "$2" 2>&1
}

# Builds commit $1 in folder $2.
compare_build() {
  git -C "$root" worktree add --quiet --detach "$2" "$1" || refuse "--compare: no worktree can be made of $1"
  echo "building $(git -C "$root" log -1 --format='%h %s' "$1")"
  compare_step compare_maven "$2" "$2.log" || {
    grep -m 3 ERROR "$2.log" >&2
    refuse "--compare: $1 cannot be built"
  }
}

# compare COMMIT [COMMIT] [option …]
compare() {
  local first second="" commit other
  [[ $# -gt 0 && $1 != -* ]] || refuse "--compare needs a commit"
  first=$1 && shift
  if [[ $# -gt 0 && $1 != -* ]]; then second=$1 && shift; fi
  local options=("$@") i
  for ((i = 0; i < $#; i += 2)); do
    case ${options[i]} in
      --arch) [[ ${options[i + 1]:-} == @(mipsel|i386|x86_64) ]] || refuse "--arch needs one of mipsel, i386, x86_64" ;;
      --rounds | --scale)
        [[ ${options[i + 1]:-} =~ ^[1-9][0-9]{0,3}$ ]] || refuse "${options[i]} needs a number from 1 to 9999"
        ;;
      *) refuse "--compare does not go with ${options[i]}" ;;
    esac
  done
  git -C "$root" rev-parse --git-dir > /dev/null 2>&1 || refuse "--compare needs a git clone"
  commit=$(compare_commit "$first") || exit 2
  if [[ -n $second ]]; then other=$(compare_commit "$second") || exit 2; fi
  find_tools
  trap compare_clean EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  compare_work=$(mktemp -d) || refuse "--compare: no temporary folder"
  compare_build "$commit" "$compare_work/a"
  local other_folder=$root other_name="this folder"
  if [[ -n $second ]]; then
    compare_build "$other" "$compare_work/b"
    other_folder=$compare_work/b other_name=$second
  fi
  # The program that measures is that of this folder.
  build_bench
  install_absent
  mkdir "$compare_work/tmp"
  compare_step "$JAVA_HOME/bin/java" "${JVM_OPTIONS[@]}" "-Djava.io.tmpdir=$compare_work/tmp" \
    -cp "$root/bench/target/classes:$root/bench/target/lib/*" org.jkprobes.bench.Comparison \
    "$root" "$first" "$compare_work/a" "$other_name" "$other_folder" "$@"
}
