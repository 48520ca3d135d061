"""`rekindle up`: start the stack, say what there is, keep it running until asked to stop."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from rekindle.cli.http import call
from rekindle.cli.options import Data
from rekindle.cli.screen import Screen, complain
from rekindle.demo.posting import DemoFailed, post_demo
from rekindle.embedded import dashboard
from rekindle.embedded.failures import CannotStart, of_os_error
from rekindle.embedded.folder import DEFAULT, DataFolder
from rekindle.embedded.ports import demand
from rekindle.embedded.stack import Stack, StackConfig

KAFKA_PORT = 9092
"""Taken when it is free and none was asked for."""

DEMO_SETTINGS = {"CANDIDATES_ATTRIBUTES": os.environ.get("CANDIDATES_ATTRIBUTES") or "gender"}
"""The demo shows whether men and women are treated alike, so that it records what they are."""

WELCOME = """
Rekindle runs at {url}      documentation and a place to try it: {url}/docs

  The dashboard, logged in:  {dashboard}

  export TOKEN={token}

  # the re-engagement queue: whom to contact again now, and why
  curl -s -H "Authorization: Bearer $TOKEN" {url}/v1/queue

  # a candidate declines because of the salary ...
  curl -s -X POST {url}/v1/events -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{{
    "source": "curl", "id": "{now}", "type": "rekindle.pursuit.declined", "subject": "curl:ada", "time": "{now}",
    "data": {{"position": "demo:staff-engineer", "reason": "salary",
             "facts": {{"asked": 120000, "currency": "EUR"}}}}}}'

  # ... and the position's funnel counts it
  curl -s -H "Authorization: Bearer $TOKEN" {url}/v1/analytics/positions/demo:staff-engineer/funnel

Kafka: {kafka}      Data and logs: {data}      {stop}
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `rekindle up`."""

    data: Path
    port: int
    kafka_port: int | None
    demo: bool
    as_json: bool


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("up")(up)


def up(
    data: Data = DEFAULT,
    port: Annotated[int, typer.Option(help="The API's port; 0 takes a free one.", min=0, max=65535, metavar="PORT")] = 8080,
    kafka_port: Annotated[
        int | None,
        typer.Option(
            envvar="REKINDLE_KAFKA_PORT",
            help="The embedded Kafka's port; default: 9092 when it is free.",
            min=0,
            max=65535,
            metavar="PORT",
            show_default=False,
        ),
    ] = None,
    demo: Annotated[bool, typer.Option(help="Post a demo, once: a hiring team of four months.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Return when everything is ready and leave it running.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object when everything is ready.")] = False,
    report_to: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Start PostgreSQL, Kafka and all services.

    Says when all are ready, and stays in the foreground until Ctrl-C, which stops everything in order. A
    CANDIDATES_DATABASE_URL (and so on) or KAFKA_BOOTSTRAP_SERVERS in the environment takes the place of the embedded part.
    """
    asked = Asked(data, port, kafka_port, demo, as_json)
    raise typer.Exit(run_in_background(asked) if detach else run_in_foreground(asked, report_to))


class Reporter:
    """Where progress and the outcome go: this terminal, or the process that started us in the background."""

    def __init__(self, asked: Asked, pipe: int | None) -> None:
        self._asked = asked
        self._screen = Screen()
        self._pipe = os.fdopen(pipe, "w", buffering=1) if pipe is not None else None

    def say(self, text: str) -> None:
        """Tell a line of progress."""
        self._screen.say(text)
        self._send({"say": text})

    def ready(self, outcome: dict[str, str]) -> None:
        """Tell that everything runs."""
        self._send({"ready": outcome})
        if self._pipe is None:
            show(outcome, as_json=self._asked.as_json, stop="Ctrl-C stops everything.")
        else:
            self._pipe.close()
            self._pipe = None

    def failed(self, problem: CannotStart) -> None:
        """Tell why nothing runs."""
        self._send({"failed": str(problem), "detail": problem.detail})
        complain(str(problem), problem.detail)

    def _send(self, message: dict[str, Any]) -> None:
        if self._pipe is None:
            return
        try:
            self._pipe.write(json.dumps(message) + "\n")
        except OSError:
            self._pipe = None  # whoever started us no longer listens; the log has it all


def show(outcome: dict[str, str], *, as_json: bool, stop: str) -> None:
    """Print what to open and to type, or one JSON object."""
    if as_json:
        print(json.dumps(outcome), flush=True)
    else:
        from datetime import UTC, datetime

        print(WELCOME.format(**outcome, stop=stop, now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")), flush=True)


def run_in_foreground(asked: Asked, pipe: int | None = None) -> int:
    """Start, stay until a signal comes, stop; returns the exit status."""
    reporter = Reporter(asked, pipe)
    try:
        return asyncio.run(_supervise(asked, reporter))
    except CannotStart as problem:
        reporter.failed(problem)
        return 1


def _config(asked: Asked) -> StackConfig:
    """A port that was asked for has to be free. Raises CannotStart."""
    kafka_port = KAFKA_PORT if asked.kafka_port is None else demand(asked.kafka_port)
    return StackConfig(port=asked.port, kafka_port=kafka_port, extra_env=DEMO_SETTINGS if asked.demo else {})


async def _supervise(asked: Asked, reporter: Reporter) -> int:
    folder = DataFolder(asked.data)
    with folder.in_use():
        stack = Stack(folder, _config(asked), reporter.say)
        stop = _stop_on_signals(stack, reporter.say)
        folder.logs.mkdir(parents=True, exist_ok=True)
        building = asyncio.create_task(dashboard.build_beside(folder.logs / "dashboard.log", reporter.say))
        starting = asyncio.create_task(_start(stack, asked, reporter))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            building.cancel()
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
            return 130
        starting.result()
        await stopping
        building.cancel()
        await asyncio.wait({building})
        await stack.stop()
        reporter.say("stopped")
    return 0


async def _start(stack: Stack, asked: Asked, reporter: Reporter) -> None:
    reporter.say(f"starting on {stack.folder.path}")
    await stack.start()
    link = await asyncio.to_thread(link_of, stack, "maria" if asked.demo else "owner")
    if asked.demo:
        try:
            reporter.say(await asyncio.to_thread(post_demo, stack.url, stack.token, stack.folder))
        except DemoFailed as problem:
            reporter.say(f"the demo could not be posted: {problem}")
    reporter.ready(
        {
            "url": stack.url,
            "dashboard": link,
            "token": stack.token,
            "data": str(stack.folder.path),
            "kafka": stack.env["KAFKA_BOOTSTRAP_SERVERS"],
            "greenhouse_secret": stack.greenhouse_secret,
        }
    )


def link_of(stack: Stack, recruiter: str) -> str:
    """A link that logs the owner of this stack in, once, within a day. Raises CannotStart."""
    asked = {"role": "admin", "recruiter": recruiter, "expires_in_minutes": 1440}
    status, answer = call("POST", f"{stack.url}/v1/login-links", token=stack.token, body=asked)
    if status != 201:
        raise CannotStart(f"No link to the dashboard could be made: {answer}")
    return str(json.loads(answer)["url"])


def _stop_on_signals(stack: Stack, say: Callable[[str], None]) -> asyncio.Event:
    """Return an event that the first signal sets; a second one kills all parts."""
    stop = asyncio.Event()

    def asked_to_stop() -> None:
        if stop.is_set():
            say("killing what still runs")
            stack.kill_all()
            return
        say("stopping; Ctrl-C again kills everything at once")
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked_to_stop)
    return stop


def run_in_background(asked: Asked) -> int:
    """Start a supervisor that outlives this command and return when it is ready; returns the exit status."""
    folder = DataFolder(asked.data)
    reading, writing = os.pipe()
    options = ["--data", str(folder.path), "--port", str(asked.port), "--demo" if asked.demo else "--no-demo"]
    options += [] if asked.kafka_port is None else ["--kafka-port", str(asked.kafka_port)]
    command = [sys.executable, "-P", "-m", "rekindle.cli.main", "up", *options, "--report-to", str(writing)]
    try:
        folder.check_ours()
        folder.logs.mkdir(parents=True, exist_ok=True)
        with (folder.logs / "supervisor.log").open("ab") as log:
            supervisor = subprocess.Popen(
                command, pass_fds=(writing,), start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
    except OSError as error:
        complain(str(of_os_error(error, folder.path)))
        return 1
    os.close(writing)
    with os.fdopen(reading) as messages:
        try:
            return _follow(messages, asked, folder)
        except KeyboardInterrupt:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait()
            return 130


def _follow(messages: Any, asked: Asked, folder: DataFolder) -> int:
    screen = Screen()
    for line in messages:
        message = json.loads(line)
        if "say" in message:
            screen.say(message["say"])
        elif "failed" in message:
            complain(message["failed"], message["detail"])
            return 1
        elif "ready" in message:
            show(message["ready"], as_json=asked.as_json, stop=f"rekindle down --data {folder.path} stops everything.")
            return 0
    complain(f"The supervisor ended without a word: its log {folder.logs / 'supervisor.log'} may say why.")
    return 1
