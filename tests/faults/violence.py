"""What is done to an installation while clients answer: one fault after another, seeded."""

import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults import clock
from tests.faults.mail_server import FRIENDLY, MOODS, MoodyServer
from tests.faults.processes import Installation, Part
from tests.faults.servers import Postgres, Redis

# In seconds of life; all are divided by the haste of the run.
_PAUSED = 120.0
_REDIS_AWAY = 20.0
_MOOD = 15.0
_CLOCK_OFF = 30.0
_STEPS = (90.0, -60.0)
KILL = "kill -9"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something to do, and how often it is chosen beside the others."""

    name: str
    weight: float
    do: Callable[[], None]


class Violence:
    """Does it, and knows what was done."""

    def __init__(
        self,
        installation: Installation,
        server: MoodyServer,
        clock_file: Path,
        *,
        haste: float,
        seed: int,
        postgres: Postgres | None = None,
        redis: Redis | None = None,
    ) -> None:
        self.done: Counter[str] = Counter()
        self.outages: list[tuple[float, float]] = []  # when more was away than the product itself
        self._installation, self._server, self._clock = installation, server, clock_file
        self._haste, self._chance = haste, random.Random(seed)
        self._postgres, self._redis = postgres, redis
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._is_clock_off = self._is_redis_away = False
        self._usual = f"{KILL} worker" if installation.workers else f"{KILL} web"
        self._faults = [*self._faults_of_the_product(), *self._faults_around_it()]
        self._deck = self._chance.sample(self._faults, len(self._faults))

    @property
    def kills(self) -> int:
        """How many processes of the product were killed without a word."""
        return sum(count for name, count in self.done.items() if name.startswith(KILL))

    def strike(self, *, is_calm: bool) -> None:
        """Do one thing: each once in any order, and from then on by weight.

        While it is calm only processes are killed: what then takes long is the product's own doing.
        """
        self.tend()
        if is_calm:
            (fault,) = [one for one in self._faults if one.name == self._usual]
        elif self._deck:
            fault = self._deck.pop()
        else:
            weights = [fault.weight for fault in self._faults]
            (fault,) = self._chance.choices(self._faults, weights)
        print(f"{time.time():.1f} fault: {fault.name}", file=sys.stderr, flush=True)
        self.done[fault.name] += 1
        fault.do()

    def tend(self) -> None:
        """End what was to last a while, and start what has ended by itself."""
        now = time.monotonic()
        over = [undo for at, undo in self._later if at <= now]
        self._later = [(at, undo) for at, undo in self._later if at > now]
        for undo in over:
            undo()
        self._installation.look_after()

    def rest(self) -> None:
        """Wait until everything that was to last a while is over."""
        while self._later:
            self.tend()
            time.sleep(0.1)
        self._server.mood = FRIENDLY

    def _faults_of_the_product(self) -> list[Fault]:
        installation = self._installation
        embedded = not installation.workers
        faults = [
            Fault(name=f"{KILL} web", weight=60 if embedded else 1.5, do=self._on_web("kill")),
            Fault(name="SIGTERM web", weight=10 if embedded else 0.5, do=self._on_web("terminate")),
        ]
        if embedded:
            return faults
        return [
            *faults,
            Fault(name=f"{KILL} worker", weight=60, do=self._on_worker("kill")),
            Fault(name="SIGTERM worker", weight=8, do=self._on_worker("terminate")),
            Fault(name="paused worker", weight=2, do=self._pause),
            Fault(name=f"{KILL} beat", weight=2, do=lambda: self._any(installation.beats).kill()),
        ]

    def _faults_around_it(self) -> list[Fault]:
        faults = [
            Fault(
                name=f"mail server {name}",
                weight=0.2 if mood.refuses_us else 2,
                do=self._mood(name),
            )
            for name, mood in MOODS.items()
        ]
        faults += [
            Fault(name=f"clock {seconds:+.0f} s", weight=0.05, do=self._step(seconds))
            for seconds in _STEPS
        ]
        if self._redis is not None:
            faults.append(Fault(name="Redis wiped", weight=2, do=self._wipe))
            faults.append(Fault(name="Redis stopped", weight=0.3, do=self._stop_redis))
        if self._postgres is not None:
            faults += [
                Fault(name=f"PostgreSQL {name}", weight=0.3, do=self._restart(number))
                for name, number in (
                    ("restarted", signal.SIGINT),
                    ("restarted at once", signal.SIGQUIT),
                    ("killed", signal.SIGKILL),
                )
            ]
        return faults

    def _on_web(self, do: str) -> Callable[[], None]:
        return lambda: getattr(self._any(self._installation.web), do)()

    def _on_worker(self, do: str) -> Callable[[], None]:
        def strike() -> None:
            awake = [part for part in self._installation.workers if not part.is_stopped]
            getattr(self._any(awake), do)()

        return strike

    def _any(self, parts: list[Part]) -> Part:
        return self._chance.choice(parts)

    def _pause(self) -> None:
        awake = [part for part in self._installation.workers if not part.is_stopped]
        if len(awake) > 1:
            part = self._any(awake)
            part.stop()
            self._after(_PAUSED, part.go_on)

    def _mood(self, name: str) -> Callable[[], None]:
        def feel() -> None:
            mood = self._server.mood = MOODS[name]

            def get_over_it() -> None:
                if self._server.mood is mood:
                    self._server.mood = FRIENDLY

            if mood.refuses_us:  # until the circuit's next probe gets through
                self._outage(until=time.time() + (_MOOD + 120) / self._haste)
            self._after(_MOOD, get_over_it)

        return feel

    def _step(self, seconds: float) -> Callable[[], None]:
        def step() -> None:
            if self._is_clock_off:
                return
            self._is_clock_off = True
            began = time.time()
            clock.step(self._clock, seconds / self._haste)

            def step_back() -> None:
                clock.step(self._clock, 0)
                self._is_clock_off = False
                # What was written with the other clock is read with this one for a while.
                self._outage(began, time.time() + 120 / self._haste)

            self._after(_CLOCK_OFF, step_back)

        return step

    def _wipe(self) -> None:
        if self._redis is not None and not self._is_redis_away:
            self._redis.wipe()

    def _stop_redis(self) -> None:
        if self._redis is None or self._is_redis_away:
            return
        redis, began = self._redis, time.time()
        self._is_redis_away = True
        redis.stop(signal.SIGKILL)

        def start() -> None:
            redis.start()
            self._is_redis_away = False
            self._outage(began, time.time() + 40)  # until workers and beats have found it again

        self._after(_REDIS_AWAY, start)

    def _restart(self, number: signal.Signals) -> Callable[[], None]:
        def restart() -> None:
            assert self._postgres is not None
            began = time.time()
            self._postgres.stop(number)
            time.sleep(self._chance.random() * 2)
            self._postgres.start()
            self._outage(began, time.time() + 10)

        return restart

    def _after(self, seconds: float, do: Callable[[], None]) -> None:
        self._later.append((time.monotonic() + seconds / self._haste, do))

    def _outage(self, began: float | None = None, until: float | None = None) -> None:
        self.outages.append((began or time.time(), until or time.time()))
