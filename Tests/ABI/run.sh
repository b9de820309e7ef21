#!/usr/bin/env bash
# Builds and runs the C programs of this directory against build/lib, as a
# user's compiler would: C99 and C++, every warning an error.
#
#   run.sh             all of it
#   run.sh valgrind    the same programs under valgrind (slow; memory errors fail)
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/tests
mkdir -p "$out"
warnings=(-Wall -Wextra -Wpedantic -Werror)
link=(build/lib/libunroll.so -Wl,-rpath,"$PWD/build/lib" -pthread -lm)

# The header alone, as C99, C11 and C++.
printf '#include <unroll.h>\nint main(void) { return UNROLL_OK; }\n' >"$out/header.c"
for standard in c99 c11; do
  gcc -std=$standard "${warnings[@]}" -Wconversion -Wstrict-prototypes -Iinclude -fsyntax-only "$out/header.c"
done
for standard in c++11 c++17; do
  g++ -x c++ -std=$standard "${warnings[@]}" -Wconversion -Iinclude -fsyntax-only "$out/header.c"
done

# Enumerations of another size would be another ABI.
if gcc -std=c11 -fshort-enums -Iinclude -fsyntax-only "$out/header.c" 2>"$out/enums.txt"; then
  echo "Tests/ABI/run.sh: the header takes -fshort-enums" >&2
  exit 1
fi
grep -q unroll_enumerations_must_have_the_size_of_int "$out/enums.txt"

programs=()
for source in Tests/ABI/*.c; do
  name=$(basename "$source" .c)
  gcc -std=c99 -O1 -g "${warnings[@]}" -Iinclude "$source" -o "$out/$name" "${link[@]}"
  g++ -x c++ -std=c++17 "${warnings[@]}" -Iinclude -fsyntax-only "$source"
  programs+=("$name")
done
for source in Tests/ABI/*.cpp; do
  name=$(basename "$source" .cpp)
  g++ -std=c++17 -O1 -g "${warnings[@]}" -Iinclude "$source" -o "$out/$name" "${link[@]}"
  programs+=("$name")
done

# Programs compiled against an earlier header: those that use all of it, and the
# tests that need nothing newer.
unused=$(comm -23 <(grep -oE '^UNROLL_API [^;(]*unroll_[a-z0-9_]+\(' Tests/ABI/frozen/unroll.h | grep -oE 'unroll_[a-z0-9_]+\(' | tr -d '(' | sort) \
  <(cat Tests/ABI/frozen/*.c Tests/ABI/frozen/frozen.h Tests/ABI/abi_test.h | sed -E 's/SIZED\((unroll_[a-z0-9_]+)/\1_init/' |
    grep -oE 'unroll_[a-z0-9_]+' | sort -u))
if [ -n "$unused" ]; then
  printf 'declared by the earlier header, but no program in Tests/ABI/frozen uses it:\n%s\n' "$unused" >&2
  exit 1
fi
for source in Tests/ABI/frozen/test_*.c Tests/ABI/test_{callbacks,files,resume,sequences,series,training}.c; do
  name=frozen_$(basename "$source" .c)
  gcc -std=c99 -O1 -g "${warnings[@]}" -ITests/ABI/frozen "$source" -o "$out/$name" "${link[@]}"
  programs+=("$name")
done

if [ "${1:-}" = valgrind ]; then
  failed=0
  # The library with the names that reports and suppressions need; valgrind
  # cannot read the compiler's line tables, so these go.
  mkdir -p "$out/unstripped"
  strip --strip-debug -o "$out/unstripped/libunroll.so.0" build/swift/release/libunroll.so
  export LD_LIBRARY_PATH="$PWD/$out/unstripped"
  # Those of the earlier header beside the others, in a directory of their own: both write files of the same names.
  check() {
    local name failed=0
    mkdir -p "$1/build/tests"
    cd "$1"
    shift
    for name in "$@"; do
      # valgrind puts its own malloc in place of the one that counts, needs more
      # memory than a limit leaves it, runs one thread at a time, so that none
      # meets another, and calls lost what a forked child has of its parent's
      # other threads.
      case $name in test_allocations | test_memory_limit | test_threads | test_fork) continue ;; esac
      echo "valgrind: $name"
      # Replacing a file borrows a child for a moment (link_over.c), whose stack
      # is not where a leak check looks; of a child only the exit code counts.
      UNROLL_KILLS=3 UNROLL_TEST_DATA="$top/Tests/Fixtures" valgrind --quiet --error-exitcode=1 --leak-check=full --child-silent-after-fork=yes \
        --show-leak-kinds=definite --errors-for-leak-kinds=definite --suppressions="$top/Tests/ABI/valgrind.supp" \
        "$top/$out/$name" || failed=1
    done
    return "$failed"
  }
  top=$PWD
  ours=() older=()
  for name in "${programs[@]}"; do
    case $name in frozen_*) older+=("$name") ;; *) ours+=("$name") ;; esac
  done
  (check "$top" "${ours[@]}") &
  (check "$top/$out/older" "${older[@]}") &
  wait -n || failed=1
  wait -n || failed=1
  exit "$failed"
fi

# Every function of a model must have met another call on it.
unmet=$(comm -23 <(tr '\n' ' ' <include/unroll.h | grep -oE 'UNROLL_API unroll_status unroll_[a-z0-9_]+\( *(const )?unroll_model \*model' |
  grep -oE 'unroll_[a-z0-9_]+\(' | tr -d '(' | sort) <(grep -oE 'unroll_[a-z0-9_]+' Tests/ABI/test_use.c | sort -u))
if [ -n "$unmet" ]; then
  printf 'no test in Tests/ABI/test_use.c lets it meet another call on its model:\n%s\n' "$unmet" >&2
  exit 1
fi

# Every exported function must have met a wrong argument.
export UNROLL_TRIED="$PWD/$out/tried.txt"
: >"$UNROLL_TRIED"
failed=0
for name in "${programs[@]}"; do
  UNROLL_TEST_DATA="$PWD/Tests/Fixtures" "$out/$name" 2>"$out/stderr.txt" || failed=1
  cat "$out/stderr.txt" >&2
  # A shared HDF5 is the host's, and says at exit what it likes.
  if grep -q '^HDF5' "$out/stderr.txt" && ! ldd build/lib/libunroll.so | grep -q hdf5; then
    echo "$name: the library wrote to stderr" >&2
    failed=1
  fi
done
[ "$failed" = 0 ]
untried=$(comm -13 <(sort -u "$UNROLL_TRIED") <(tools/exported.sh build/lib/libunroll.so))
if [ -n "$untried" ]; then
  printf 'exported, but no test in Tests/ABI/refuse_*.c gives it a wrong argument:\n%s\n' "$untried" >&2
  exit 1
fi
echo "wrong arguments were tried on all $(tools/exported.sh build/lib/libunroll.so | wc -l) exported functions"
