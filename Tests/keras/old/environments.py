"""The old Keras versions and an environment for each, in .venv-keras-<version> beside the sources.

Three-part numbers are standalone Keras, two-part ones the Keras of that
TensorFlow ("tf2.1"; from 2.4 on without "tf"). Every version runs in the Python it
was made for if there is one (`python3.6`, or pyenv's); standalone Keras also runs in 3.11
over TensorFlow 2.12 (see shim.py).
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OLD = ("h5py<3", "protobuf<3.20")
STANDALONE = {  # version: a TensorFlow of its days (1.0 to 1.4 compute gradients of a loop otherwise)
    "1.0.8": "0.12.1", "1.1.2": "0.12.1", "1.2.2": "1.12.3", "2.0.0": "1.12.3", "2.0.4": "1.12.3", "2.0.6": "1.12.3", "2.0.9": "1.12.3",
    "2.1.6": "1.12.3", "2.2.0": "1.12.3", "2.2.2": "1.12.3", "2.2.4": "1.12.3", "2.2.5": "1.14.0", "2.3.1": "1.15.5",
}
TENSORFLOW = {  # name: (Python, requirements)
    "tf1.15": ("3.7", ("tensorflow==1.15.5", "numpy<1.19", *OLD)),
    "tf2.0": ("3.7", ("tensorflow==2.0.4", "numpy<1.19", *OLD)),
    "tf2.1": ("3.7", ("tensorflow-cpu==2.1.4", "numpy<1.19", *OLD)),
    "tf2.2": ("3.8", ("tensorflow-cpu==2.2.3", "numpy<1.19", *OLD)),
    "tf2.3": ("3.8", ("tensorflow-cpu==2.3.4", *OLD)),
    "2.4": ("3.8", ("tensorflow-cpu==2.4.4", "protobuf<3.20")),
    "2.5": ("3.9", ("tensorflow-cpu==2.5.3", "protobuf<3.20")),
    "2.6": ("3.9", ("tensorflow-cpu==2.6.5", "keras==2.6.0", "protobuf<3.20", "numpy<1.24")),
    **{f"2.{minor}": ("3.9", (f"tensorflow-cpu==2.{minor}.*", "protobuf<3.20", "numpy<1.24")) for minor in (7, 8, 9, 10, 11)},
    **{f"2.{minor}": ("3.11", (f"tensorflow-cpu==2.{minor}.*", "numpy<2", "h5py")) for minor in (12, 13, 14, 15)},
}
VERSIONS = (*STANDALONE, *TENSORFLOW)
SHIMMED = ("pyyaml", "six", "scipy", "keras_applications==1.0.8", "keras_preprocessing==1.1.2")


class Missing(Exception):
    """This machine has no Python that this version runs in."""


def python(version):
    """A Python of this version ("3.6"): on the PATH, or pyenv's."""
    found = shutil.which(f"python{version}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = ([found] if found else []) + sorted(str(path) for path in pyenv.glob(f"{version}.*/bin/python"))
    for path in candidates:
        if subprocess.run([path, "-c", "import venv, ssl"], stderr=subprocess.DEVNULL).returncode == 0:
            return path
    raise Missing(f"there is no Python {version} here")


def requirements(version):
    if version in TENSORFLOW:
        return TENSORFLOW[version]
    if version == "2.3.1":
        return "3.7", (f"keras=={version}", f"tensorflow=={STANDALONE[version]}", "numpy<1.19", *OLD)
    return "3.6", (f"keras=={version}", f"tensorflow=={STANDALONE[version]}", "numpy<1.17", "dataclasses", *OLD)


def install(folder, interpreter, packages):
    """A virtual environment with these packages; a half-made one is made anew."""
    done = folder / "complete"
    if not done.exists():
        print(f"installing {' '.join(packages)} into {folder.name}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([interpreter, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, "--upgrade", "pip<24"], check=True)  # the one of Python 3.6 knows too few wheels
        subprocess.run([*pip, *packages], check=True)
        done.touch()
    return folder / "bin" / "python"


def environment(version):
    """(Python, environment variables) to run old/writer.py with."""
    folder = ROOT / f".venv-keras-{version}"
    try:
        wanted, packages = requirements(version)
        return install(folder, python(wanted), packages), {}
    except Missing:
        if version not in STANDALONE:
            raise
    base = install(ROOT / ".venv-keras-2.12", python("3.11"), TENSORFLOW["2.12"][1])
    packages = ROOT / f".venv-keras-{version}-shim"
    if not packages.exists():
        subprocess.run([base, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target",
                        str(packages), f"keras=={version}", *SHIMMED], check=True)
    return base, {"UNROLL_KERAS_SHIM": str(packages)}


def run(version, task, folder, *arguments):
    """old/writer.py in the environment of this version; its output goes to a log."""
    interpreter, variables = environment(version)
    script = Path(__file__).with_name("writer.py")
    with open(folder / f"{task}.log", "w") as log:
        done = subprocess.run([str(interpreter), str(script), task, version, str(folder), *arguments], stdout=log, stderr=log,
                              env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", **variables})
    if done.returncode:
        raise RuntimeError(f"Keras {version} ended with status {done.returncode}; see {folder / (task + '.log')}")
