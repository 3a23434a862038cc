"""Prints the versions of the peers' packages that are installed, one JSON line."""

import importlib.metadata
import json
import platform


def main():
    versions = {"Python": platform.python_version()}
    for name in ("numpy", "scikit-learn", "torch", "transformers"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    print(json.dumps(versions), flush=True)


if __name__ == "__main__":
    main()
