"""The service as one process: the hub, its endpoints, and a clean end."""

import asyncio
import errno
import gc
import signal
import socket
import time
from collections.abc import Awaitable, Callable

import uvicorn

from forehear.errors import ForehearError, InputError
from forehear.service.aircraft.feed import AircraftFeed, centre_of
from forehear.service.config import Settings
from forehear.service.endpoints.connections import Connection, most_connections
from forehear.service.endpoints.web import application
from forehear.service.hub import Hub
from forehear.service.intake.mqtt import Mqtt
from forehear.service.notify import notify
from forehear.service.outlets.outlets import Outlets
from forehear.service.tracking.launched import Launched
from forehear.service.watch import EVERY_S, Watch

# Connections that may wait to be taken; 200 browsers that reconnect at once are 200.
BACKLOG = 1024
# How long an end waits for what is under way [s]. Live streams never end by themselves.
END_WITHIN_S = 2


def listening(host: str, port: int) -> socket.socket:
    """Take the port before anything else: a port in use is reported at once. Raises InputError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    one = socket.socket(family, socket.SOCK_STREAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        one.bind((host, port))
    except OSError as error:
        one.close()
        hint = "; is it running already? Another port will do" if error.errno == errno.EADDRINUSE else ""
        raise InputError(f"{host}:{port}: {error.strerror}{hint}") from None
    one.listen(BACKLOG)
    one.set_inheritable(False)
    return one


async def serve(
    settings: Settings,
    server_socket: socket.socket,
    clock: Callable[[], float],
    then: Callable[[Hub], Awaitable[None]] | None = None,
    launched: Launched | None = None,
    steady: Callable[[], float] = time.monotonic,
) -> None:
    """Run until SIGTERM or SIGINT. `then` is started once the endpoints answer, and cancelled at the end.

    `launched`: a tracker's process that was launched before, because it takes longest to load. `steady` counts
    seconds at the clock's pace. Raises ForehearError where a part of the service died that it cannot do without.
    """
    hub = Hub(settings, clock, launched, steady)
    watch = Watch(hub)
    outlets = Outlets(hub)
    watch.others.append(outlets.trouble)
    config = uvicorn.Config(
        application(hub, watch, outlets), log_level="warning", access_log=False, lifespan="off",
        timeout_keep_alive=75, timeout_graceful_shutdown=END_WITHIN_S, server_header=False, loop="none",
        http=Connection,
    )  # fmt: skip
    Connection.most = most_connections()
    server = uvicorn.Server(config)
    if not gc.isenabled():
        # What was loaded stays: it need not be looked through again and again for what can go.
        gc.freeze()
        gc.enable()
    await hub.start()
    await outlets.start()
    tasks = _feeds(hub, watch)
    if then is not None:
        tasks.append(asyncio.ensure_future(then(hub)))
    loop = asyncio.get_running_loop()

    def end() -> None:
        server.should_exit = True

    tasks.append(asyncio.create_task(_attend(hub, watch, end)))

    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, end)
    try:
        await server._serve([server_socket])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        error = hub.failed()
        notify("STOPPING=1")
        await outlets.stop()
        await hub.stop()
    if error is not None:
        raise ForehearError(f"forehear serve: a part of the service has died: {error!r}") from error


def _feeds(hub: Hub, watch: Watch) -> list[asyncio.Task[None]]:
    """Begin to take what comes from elsewhere: reports from a broker, known aircraft from a receiver."""
    settings = hub.settings
    tasks = []
    if settings.config.aircraft.is_on:
        centre = centre_of([(sensor.lon, sensor.lat) for sensor in settings.network.sensors])
        hub.aircraft = AircraftFeed(settings.config.aircraft, settings.folder, centre, hub.clock)
        watch.others.append(hub.aircraft.trouble)
        tasks.append(asyncio.create_task(hub.aircraft.run()))
    if settings.config.mqtt.enabled:
        hub.mqtt = Mqtt(settings.config.mqtt, settings.mqtt_password, hub.intake, hub.name, settings.folder)
        tasks.append(asyncio.create_task(hub.mqtt.run()))
    return tasks


async def _attend(hub: Hub, watch: Watch, end: Callable[[], None]) -> None:
    """Look once a second what is wrong; end the service where it cannot go on, so that another is started."""
    while hub.failed() is None:
        watch.look()
        await asyncio.sleep(EVERY_S)
    watch.look()
    end()


def run(
    settings: Settings,
    server_socket: socket.socket,
    clock: Callable[[], float],
    then: Callable[[Hub], Awaitable[None]] | None = None,
    launched: Launched | None = None,
    steady: Callable[[], float] = time.monotonic,
) -> None:
    """Run the service on uvloop."""
    import uvloop

    uvloop.run(serve(settings, server_socket, clock, then, launched, steady))
