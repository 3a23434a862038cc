# For the launchers to read in: find_java prints the home of a JDK 25 or later.

# The feature version of a Java home, from its release file; nothing where there is none.
feature() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -f "$1/release" ] &&
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

find_java() {
  on_path=$(command -v java 2>/dev/null || true)
  while [ -n "$on_path" ] && [ -L "$on_path" ]; do
    target=$(readlink "$on_path")
    case $target in /*) on_path=$target ;; *) on_path=$(dirname "$on_path")/$target ;; esac
  done
  for candidate in "${JAVA_HOME:-}" "${on_path%/bin/java}" /usr/lib/jvm/* /usr/java/* /opt/java/* \
    "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    version=$(feature "$candidate" || true)
    if [ -n "$version" ] && [ "$version" -ge 25 ]; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  echo "striatum: no JDK 25 found in JAVA_HOME, on the PATH or in the usual folders: install one (Temurin 25, or your system's openjdk-25-jdk)" >&2
  return 1
}
