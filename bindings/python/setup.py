"""Puts the built library beside the package, so that an installed `unroll` finds it."""

import shutil
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

LIBRARY = Path(__file__).resolve().parents[2] / "build" / "lib" / "libunroll.so.0"


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        if LIBRARY.exists():
            shutil.copy(LIBRARY, Path(self.build_lib) / "unroll" / "libunroll.so.0")


class PlatformDistribution(Distribution):
    """Its wheel is for this platform, since it holds a library."""

    def has_ext_modules(self):
        return LIBRARY.exists()


setup(cmdclass={"build_py": BuildWithLibrary}, distclass=PlatformDistribution)
