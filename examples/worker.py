#!/usr/bin/env python3
"""A worker for Everbrook in Python, with nothing but the standard library.

    python3 examples/worker.py http://127.0.0.1:8080 numbers

It does jobs of kind "count" of the queue, one at a time. docs/protocol-work.md has the protocol.
"""

import http.client
import json
import signal
import sys
import threading
import time
import urllib.error
import urllib.request

SERVER = sys.argv[1]
QUEUE = sys.argv[2]
LEASE_MS = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000


def count(job):
    """What this worker can do. It looks whether it is to stop as often as it can."""
    to = job.payload["to"]
    if not isinstance(to, int) or to < 1:
        raise ValueError(f"to must be a whole number from 1, was {to}")  # not worth retrying
    total = 0
    for n in range(1, to + 1):
        if job.stopped.wait(job.payload.get("pause_ms", 0) / 1000):
            return None
        total += n
        job.progress(n / to, f"{n} of {to}")
    return {"sum": total}


KINDS = {"count": count}
POLICIES = {"count": {"attempts_max": 5, "backoff_ms": 500, "attempt_ms": 600_000}}


class Refused(Exception):
    """The server's no: 409 if a job is not ours any more, 410 if our lease ran out."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def call(url, body, method="POST"):
    """Asks until there is an answer: the server may be busy, or be restarting. Repeating is safe."""
    while True:
        try:
            data = json.dumps(body).encode()
            headers = {"content-type": "application/json"}
            request = urllib.request.Request(SERVER + url, data, headers, method=method)
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as refusal:
            text = refusal.read().decode(errors="replace")
            if refusal.code < 500:
                raise Refused(refusal.code, text) from None
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.5)


class Job:
    def __init__(self, given):
        self.id = given["job"]
        self.kind = given["kind"]
        self.payload = given["payload"]
        self.url = given["url"]
        self.stopped = threading.Event()
        self.appends = 0
        self.late = False
        self.clock = threading.Timer(given["attempt_ms"] / 1000, self.expire)
        self.clock.daemon = True

    def expire(self):
        self.late = True
        self.stopped.set()

    def progress(self, value, note):
        """Numbered, so that one which is sent twice stands once."""
        call(self.url + "/progress", {"value": value, "note": note, "seq": self.appends})
        self.appends += 1

    def do(self):
        """Runs it and tells how it went; if it is not ours any more, nobody wants to know."""
        self.clock.start()
        try:
            verb, body = self.outcome()
            state = call(f"{self.url}/{verb}", body)["state"]
            print(f"job {self.id}: {state}", flush=True)
        except Refused as refusal:
            print(f"job {self.id}: refused with {refusal.status}: {refusal}", flush=True)
        finally:
            self.clock.cancel()

    def outcome(self):
        try:
            result = KINDS[self.kind](self)
            if self.late:
                return "fail", {"error": "it took longer than an attempt may"}
            if self.stopped.is_set():
                return "release", {}  # the server knows whether it was cancelled, or is to run again
            return "finish", {"result": result}
        except Refused:
            raise
        except (KeyError, ValueError) as e:
            return "fail", {"error": repr(e), "retryable": False}
        except Exception as e:
            return "fail", {"error": repr(e)}


class Worker:
    def __init__(self):
        kinds = {"name": "worker.py", "lease_ms": LEASE_MS, "kinds": POLICIES}
        registered = call("/v1/work/workers", kinds)
        self.url = registered["url"]
        self.beat_ms = registered["beat_ms"]
        self.job = None
        threading.Thread(target=self.beat, daemon=True).start()

    def beat(self):
        """Keeps the lease, and waits meanwhile to be told to stop something."""
        told = []
        try:
            while True:
                orders = call(self.url + "/beat", {"wait_ms": self.beat_ms, "told": told})["stop"]
                told = [order["job"] for order in orders]
                job = self.job
                if job and job.id in told:
                    job.stopped.set()
        except Refused:
            if self.job:
                self.job.stopped.set()

    def work(self):
        while True:
            wish = {"queue": QUEUE, "wait_ms": 20_000, "holding": []}
            for given in call(self.url + "/claim", wish)["jobs"]:
                self.job = Job(given)
                self.job.do()
                self.job = None

    def leave(self):
        """Gives back what it holds at once, instead of letting its lease run out."""
        call(self.url, {}, "DELETE")


def leave(*_):
    raise SystemExit


def main():
    signal.signal(signal.SIGTERM, leave)
    while True:
        worker = Worker()
        print(f"ready: {worker.url}", flush=True)
        try:
            worker.work()
        except Refused as refusal:
            if refusal.status != 410:
                raise
            print("the lease ran out; registering anew", flush=True)
        except (KeyboardInterrupt, SystemExit):
            worker.leave()
            return


if __name__ == "__main__":
    main()
