"""Make `.venv` what `requirements.lock` says, with nothing but Python 3.11.

Runs before anything is installed, so it uses the standard library alone and stays readable by older
interpreters, to which it says what to do. Several may run at once: one installs, the others wait. A file in
`.venv` says what was installed completely; an installation that was cut short is made again.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / ".installed"
UNFINISHED = VENV / ".unfinished"
PACKAGES = ROOT / "package-lock.json"
PAGE = ROOT / "services" / "gateway" / "page" / "reference.js.gz"
PAGE_STAMP = PAGE.with_name("reference.js.integrity")
OLDEST = (3, 11)
PIP = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]


class CannotInstall(Exception):
    """Carries the one sentence that says what to do."""


def say(text: str) -> None:
    """Print a line of progress at once, also into a pipe."""
    print(text, file=sys.stderr, flush=True)


def wanted() -> str:
    """Return the digest of everything that decides what belongs in `.venv`."""
    digest = hashlib.sha256()
    for path in (LOCK, PROJECT):
        digest.update(path.read_bytes())
    digest.update(f"{sys.version_info[0]}.{sys.version_info[1]} {ROOT}".encode())
    return digest.hexdigest()


def installed() -> str:
    """Return the digest of the last complete installation, empty when there is none."""
    if UNFINISHED.exists() or not PYTHON.exists() or not STAMP.exists():
        return ""
    return STAMP.read_text().strip()


def newer_python() -> str:
    """Return the name of an interpreter that is new enough, empty when there is none."""
    for minor in range(OLDEST[1] + 8, OLDEST[1] - 1, -1):
        name = f"python3.{minor}"
        if shutil.which(name) and subprocess.call([name, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return name
    return ""


def create_environment() -> None:
    """Make an empty `.venv`, keeping one that works and was finished."""
    if UNFINISHED.exists() or not PYTHON.exists():
        if VENV.is_dir():
            say("The last installation was cut short; making .venv anew")
            shutil.rmtree(str(VENV))
        # The mark comes first: an environment that is half made has an interpreter too.
        VENV.mkdir()
        mark_unfinished()
        say("Creating .venv with Python {}.{}.{}".format(*sys.version_info[:3]))
        command = [sys.executable, "-m", "venv", str(VENV)]
        made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if made.returncode != 0:
            shutil.rmtree(str(VENV), ignore_errors=True)
            raise CannotInstall(
                "Python's venv module does not work here; on Debian and Ubuntu install it with "
                f"`sudo apt-get install python3-venv`, then run this again (it said: {last_line(made.stdout)})."
            )
    mark_unfinished()


def mark_unfinished() -> None:
    """Say, for whoever comes next, that an installation began."""
    UNFINISHED.write_text("an installation began and did not end\n")


def last_line(output: bytes) -> str:
    """Return the last line of a program's output that says something."""
    lines = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "nothing"


def pinned(name: str) -> str:
    """Return the lines that pin one package and its hashes in the lock."""
    found = re.search(rf"^{re.escape(name)}==.*?(?=^\S|\Z)", LOCK.read_text(), re.MULTILINE | re.DOTALL)
    if not found:
        raise CannotInstall(f"requirements.lock pins no {name}; run `make lock`.")
    return found.group(0)


def index_environment() -> "dict[str, str]":
    """Return the environment in which uv uses the index and certificates that pip is set to use."""
    command = [str(PYTHON), "-m", "pip", "config", "list"]
    listed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    settings: dict[str, str] = {}
    for line in listed.stdout.decode(errors="replace").splitlines():
        key, _, value = line.partition("=")
        settings[key.split(".")[-1]] = value.strip("'\"").replace("\\n", " ").strip()
    environment = dict(os.environ, VIRTUAL_ENV=str(VENV))
    names = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "cert": "SSL_CERT_FILE"}
    for setting, name in names.items():
        if settings.get(setting):
            environment.setdefault(name, settings[setting])
    links = [place for place in settings.get("find-links", "").split() if "://" in place or Path(place).is_dir()]
    if links:
        environment.setdefault("UV_FIND_LINKS", ",".join(links))
    return environment


def install_with_uv() -> bool:
    """Install the lock with uv, which takes seconds; false when that did not work here."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(pinned("uv"))
        file.flush()
        if subprocess.call([*PIP, "--quiet", "--require-hashes", "--no-deps", "--requirement", file.name]) != 0:
            return False
    command = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(PYTHON), "--no-deps", "--require-hashes"]
    if not sys.stderr.isatty():
        command.append("--quiet")
    return subprocess.call([*command, "--requirement", str(LOCK)], env=index_environment()) == 0


def install() -> None:
    """Put the locked packages and the project itself into `.venv`."""
    count = len(re.findall(r"^[A-Za-z0-9]\S*==", LOCK.read_text(), re.MULTILINE))
    started = time.monotonic()
    say(f"Installing {count} packages into .venv from requirements.lock, hashes verified")
    if not install_with_uv():
        say("uv could not install them here; trying pip, which takes a minute")
        if subprocess.call([*PIP, "--no-deps", "--require-hashes", "--requirement", str(LOCK)]) != 0:
            raise CannotInstall(
                "The packages could not be installed: see pip's message above. Check the network and the free "
                "disk space, then run this again; it starts afresh."
            )
    say("Installing the `rekindle` command")
    project = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)]
    if subprocess.call([*PIP, *project]) != 0:
        raise CannotInstall("The project itself could not be installed: see pip's message above.")
    say(f"Installed in {time.monotonic() - started:.0f} s")


def page_is_current() -> bool:
    """Return whether the reference page that the gateway serves is of the version in package-lock.json."""
    if not (PAGE.exists() and PAGE_STAMP.exists()):
        return False
    packages = json.loads(PACKAGES.read_text())["packages"]
    return bool(packages["node_modules/@scalar/api-reference"]["integrity"] == PAGE_STAMP.read_text())


def fetch_page() -> None:
    """Bring the reference page of the API. Without it everything else works, so a failure is said and no more."""
    if not page_is_current():
        say("Fetching the reference page of the API")
        subprocess.call([str(PYTHON), "-m", "tools.reference_page"], cwd=str(ROOT))


def ensure() -> None:
    """Bring `.venv` up to date; at once when it is already."""
    if installed() == wanted() and page_is_current():
        return
    with (ROOT / ".venv.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another command is installing into .venv; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if installed() != wanted():
            create_environment()
            install()
            STAMP.write_text(wanted() + "\n")
            UNFINISHED.unlink()
        fetch_page()


def main() -> int:
    """Return the exit status: 0 when `.venv` is ready."""
    if sys.version_info < OLDEST:
        name = newer_python()
        if name:
            return subprocess.call([name, str(Path(__file__).resolve())])
        say(
            "Rekindle needs Python 3.11 or newer and this is {}.{}; install one, or name it: "
            "make PYTHON=/path/to/python3.11 ...".format(*sys.version_info[:2])
        )
        return 1
    try:
        ensure()
    except CannotInstall as problem:
        say(str(problem))
        return 1
    except OSError as problem:
        say(f".venv could not be written ({problem}); free some disk space or fix the permissions.")
        return 1
    except KeyboardInterrupt:
        say("Interrupted; the next start makes .venv anew.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
