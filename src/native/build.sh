#!/usr/bin/env bash
# Builds the native shims: src/native/build.sh [torch|image|all]
# LIBTORCH=<dir> takes that LibTorch (or the folder torch of a Python package) instead of the system's.
# Quick when nothing changed. Results: src/native/build/lib/libmalarialab_{torch,image}.so
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
what=${1:-all}
case $what in
  torch | image | all) ;;
  *) echo "usage: src/native/build.sh [torch|image|all]" >&2; exit 2 ;;
esac

libtorch=${LIBTORCH:-}
libtorch=${libtorch%/share/cmake} # what Python calls torch.utils.cmake_prefix_path
libtorch_files=(/usr/lib/*/libtorch_cpu.so)
if [ -n "$libtorch" ]; then
  [ -f "$libtorch/lib/libtorch_cpu.so" ] || { echo "LIBTORCH names $libtorch, which is no LibTorch: it has no lib/libtorch_cpu.so." >&2; exit 1; }
  libtorch=$(cd "$libtorch" && pwd)
  libtorch_files=("$libtorch/lib/libtorch_cpu.so")
fi
key=$(printf '%s\n' "${libtorch:-system}" "$here" | sha256sum | cut -c1-12)
tree=$here/build/$key
lib=$here/build/lib
mkdir -p "$lib" "$tree"
exec 9>"$here/build/.lock"
flock 9

# One line a source file (path, size, change time), and the LibTorch asked for and found, decide whether there is anything to do.
state() {
  echo "$key"
  [ "$1" != torch ] || stat -Lc '%n %s %Y' "${libtorch_files[@]}" 2>/dev/null || true
  find "$here/CMakeLists.txt" "$here/build.sh" "$here/$1" -type f -printf '%P %s %T@\n' | sort
}

missing() {
  echo "The native libraries can't be built: $1" >&2
  echo "Run ./lab up, which installs what is missing, or: apt-get install -y $2" >&2
  exit 1
}

build() {
  local name=$1 upper=${1^^} other stamp=$lib/.$1.state so=libmalarialab_$1.so
  [ -f "$here/$name/CMakeLists.txt" ] || { [ "$what" = all ] && return 0; echo "There is no src/native/$name to build." >&2; exit 1; }
  if [ -f "$lib/$so" ] && [ -f "$stamp" ] && [ "$(state "$name")" = "$(cat "$stamp")" ]; then
    return 0
  fi
  command -v cmake >/dev/null || missing "cmake is not installed." "cmake ninja-build g++"
  command -v "${CXX:-g++}" >/dev/null || missing "there is no C++ compiler (${CXX:-g++})." "g++"
  local options=(-DCMAKE_BUILD_TYPE=Release -DMALARIALAB_BUILD_TORCH=OFF -DMALARIALAB_BUILD_IMAGE=OFF "-DMALARIALAB_BUILD_$upper=ON"
    "-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=$tree/$name/out")
  command -v ninja >/dev/null && options+=(-G Ninja)
  if [ "$name" = torch ]; then
    options+=("-DMALARIALAB_LIBTORCH=$libtorch")
    [ -f "${libtorch_files[0]}" ] || missing "LibTorch is not installed (or name another with LIBTORCH=<dir>)." "libtorch-dev libopenblas0-pthread"
  fi
  local log=$tree/$name.log
  echo "Building $so ..."
  if ! { cmake -S "$here" -B "$tree/$name" "${options[@]}" && cmake --build "$tree/$name" --parallel; } >"$log" 2>&1; then
    tail -40 "$log" >&2
    echo "Building $so failed; the whole log is $log." >&2
    exit 1
  fi
  cp -f "$tree/$name/out/$so" "$lib/$so.new"
  mv -f "$lib/$so.new" "$lib/$so"
  state "$name" >"$stamp"
}

if [ "$what" = all ]; then
  build torch
  build image
else
  build "$what"
fi
