"""One process on its way to a crash point, on a topic of its own."""

from contextlib import ExitStack

from model import Model
from receipts import example, unique
from waiting import wait_until


class Walk:
    """A relay or a sink that is to die or stop at a point; the other one works as ever.

    Offsets are in the database, by topic.  So each sink may have a group of its
    own, and need not wait until Kafka has given up on one that was killed.
    """

    def __init__(self, stage, point, config=None):
        self.stage, self.point = stage, point
        self.name = point.partition("-")[0]
        self.other = "sink" if self.name == "relay" else "relay"
        self.topic = stage.new_topic(2, config)
        self.place = unique("place")
        self.model, self.errors, self.places = Model(), [], [self.place]
        self.process, self.second = self.program(self.name), None
        self._databases = ExitStack()

    def __enter__(self):
        self.producer, self.consumer = (
            self._databases.enter_context(self.stage.instance.connect(side))
            for side in ("producer", "consumer"))
        self.stage.programs[self.other] = self.program(self.other).start()
        return self

    def __exit__(self, *_):
        for program in (self.process, self.second, 
                        *(self.stage.programs.pop(name, None) for name in ("relay", "sink"))):
            if program is not None and program.alive():
                program.kill()
        self._databases.close()

    def program(self, name, label=None):
        flags = ("--group", unique("group")) if name == "sink" else ()
        return self.stage.program(name, label, self.topic, flags)

    def submit(self, count, **more):
        for _ in range(count):
            self.send(example(place_id=self.place, **more))

    def send(self, receipt):
        self.stage.api.submit(receipt).expect(201)
        self.model.add(receipt)

    def wait_busy(self):
        """Wait until the process has begun its work."""
        self.process.wait_log("holding the lease" if self.name == "relay" else "assigned")

    def wait_abort(self):
        """Wait until the process, or the second one, is dead; the point must be the cause."""
        both = [program for program in (self.process, self.second) if program is not None]
        wait_until(lambda: any(not program.alive() for program in both), 40,
                   what=f"a death at {self.point}")
        dead = next(program for program in both if not program.alive())
        dead.wait_abort(self.point)
        self.stage.kills += 1
        for program in both:
            if program.alive():
                program.kill()

    def restart(self):
        """Start it again, with no point to die at."""
        self.stage.programs[self.name] = self.program(self.name).start()

    def prove(self):
        self.stage.programs.setdefault(self.name, self.process)
        self.stage.prove(self)
