"""Apache Kafka's jars, exactly as `jgo.lock.toml` pins them.

`installed()` returns a folder that holds every pinned jar and nothing else; it is shared by all data folders, made once
under a lock and put in place by a rename, so that it is complete or absent. `python -m rekindle.embedded.jars` resolves the
coordinates again and writes the lock.
"""

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rekindle.embedded.failures import CannotStart, of_os_error

LOCK = Path(__file__).resolve().parents[2] / "jgo.lock.toml"
COORDINATES = ("org.apache.kafka:kafka_2.13:4.3.1", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4")
"""Resolved one by one, first wins: together, the second's parent would choose versions for the first."""

Progress = Callable[[int, int], None]
"""Called with the number of jars that are there and the number wanted."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned artifact of a Maven repository."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        """Where a Maven repository keeps it."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file_name}"


def pinned(lock: Path = LOCK) -> tuple[Jar, ...]:
    """Read the lock. Raises CannotStart when it is missing or pins a jar without a hash."""
    try:
        listed = tomllib.loads(lock.read_text())["dependencies"]
        return tuple(Jar(item["groupId"], item["artifactId"], item["version"], item["sha256"]) for item in listed)
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise CannotStart(f"{lock.name} cannot be read ({error}): restore it with `git checkout {lock.name}`.") from error


def kafka_version(lock: Path = LOCK) -> str:
    """The pinned version of Apache Kafka."""
    return next(jar.version for jar in pinned(lock) if jar.artifact == "kafka_2.13")


def installed(*, lock: Path = LOCK, cache: Path | None = None, progress: Progress | None = None) -> Path:
    """Return the folder with all pinned jars, downloading what is missing.

    Safe to call from several processes at once. Raises CannotStart when Maven Central cannot be reached or a jar is
    not the pinned one.
    """
    cache = cache or cache_folder()
    jars = pinned(lock)
    digest = hashlib.sha256("".join(sorted(jar.sha256 for jar in jars)).encode()).hexdigest()[:12]
    folder = cache / f"kafka-{kafka_version(lock)}-{digest}"
    if folder.is_dir():
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(cache / f"{folder.name}.lock"):
            if not folder.is_dir():
                _install(jars, folder, progress or (lambda _done, _wanted: None))
    except OSError as error:
        raise of_os_error(error, cache) from error
    return folder


def cache_folder() -> Path:
    """Where jars are kept between data folders: the user's cache, or the virtual environment when that is read-only."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rekindle"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        writable = os.access(cache, os.W_OK)
    except OSError:
        writable = False
    return cache if writable else Path(sys.prefix) / "share" / "rekindle"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(jars: Sequence[Jar], folder: Path, progress: Progress) -> None:
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _fetch_all(jars, building, progress)
        building.chmod(0o755)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _fetch_all(jars: Sequence[Jar], folder: Path, progress: Progress) -> None:
    progress(0, len(jars))
    with ThreadPoolExecutor(max_workers=8) as pool:
        running = [pool.submit(_fetch, jar, folder / jar.file_name) for jar in jars]
        try:
            for done, future in enumerate(as_completed(running), start=1):
                future.result()
                progress(done, len(jars))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _fetch(jar: Jar, target: Path) -> None:
    known = Path(os.environ.get("M2_REPO") or Path.home() / ".m2" / "repository") / jar.path
    if known.is_file() and _sha256(known) == jar.sha256:
        shutil.copyfile(known, target)
        return
    _download(jar, target)
    if _sha256(target) != jar.sha256:
        raise CannotStart(
            f"{jar.file_name} from Maven Central is not the file that {LOCK.name} pins: something on the way changes "
            "downloads; try another network."
        )


def _download(jar: Jar, target: Path) -> None:
    import httpx
    from jgo.constants import MAVEN_CENTRAL_URL

    repository = os.environ.get("REKINDLE_MAVEN_URL") or MAVEN_CENTRAL_URL
    try:
        with (
            httpx.Client(timeout=60, follow_redirects=True) as client,
            client.stream("GET", f"{repository.rstrip('/')}/{jar.path}") as answer,
            target.open("wb") as file,
        ):
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                file.write(chunk)
    except httpx.HTTPError as error:
        raise CannotStart(
            f"Maven Central cannot be reached to fetch {jar.file_name} ({type(error).__name__}: {error}): check the "
            "network or proxy and try again, name a mirror in REKINDLE_MAVEN_URL, or set KAFKA_BOOTSTRAP_SERVERS to a "
            "broker that runs already."
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_lock(lock: Path = LOCK) -> None:
    """Resolve the coordinates on Maven Central and pin what comes out, by SHA-256."""
    from jgo.env import EnvironmentBuilder, LinkStrategy, LockedDependency, LockFile
    from jgo.maven import MavenContext

    dependencies: dict[tuple[str, str], LockedDependency] = {}
    with tempfile.TemporaryDirectory() as folder:
        builder = EnvironmentBuilder(context=MavenContext(timeout=60), link_strategy=LinkStrategy.COPY, cache_dir=Path(folder))
        for coordinate in COORDINATES:
            resolved = builder.from_endpoint(coordinate).lockfile
            for item in resolved.dependencies if resolved else ():
                dependencies.setdefault((item.groupId, item.artifactId), item)
    LockFile(dependencies=list(dependencies.values()), environment_name="kafka").save(lock)


if __name__ == "__main__":
    write_lock()
