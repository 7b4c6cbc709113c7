#!/usr/bin/env python3
"""Submit a file, follow its run, list the best frames, download them. Standard library only.

FRAMEVET_URL and FRAMEVET_KEY say where and who. Usage: quickstart.py clip.mp4 picks.zip
"""
import base64
import hashlib
import http.client
import json
import os
import sys
import time
import urllib.parse

URL = urllib.parse.urlsplit(os.environ["FRAMEVET_URL"])
AUTH = {"Authorization": "Bearer " + os.environ["FRAMEVET_KEY"]}
TUS = {"Tus-Resumable": "1.0.0"}


class Problem(Exception):
    """What the server told as problem details: status, a stable type, a sentence."""

    def __init__(self, status, body):
        problem = json.loads(body) if body[:1] == b"{" else {}
        self.status, self.type = status, problem.get("type", "")
        super().__init__(f"{status} {problem.get('detail') or problem.get('title') or self.type}")


def call(method, path, body=None, headers=None):
    make = http.client.HTTPSConnection if URL.scheme == "https" else http.client.HTTPConnection
    connection = make(URL.netloc, timeout=60)
    try:
        connection.request(method, path, body, {**AUTH, **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise Problem(answer.status, content)
        return answer, content
    finally:
        connection.close()


def get(path):
    return json.loads(call("GET", path)[1])


def post(path, body):
    return json.loads(call("POST", path, json.dumps(body), {"Content-Type": "application/json"})[1])


def submit(path, **fields):
    """Sends a file in pieces (tus): after a broken connection it goes on where the server stands."""
    size = os.path.getsize(path)
    pairs = {"filename": os.path.basename(path), **fields}
    metadata = ",".join(f"{name} {base64.b64encode(str(value).encode()).decode()}" for name, value in pairs.items())
    answer, _ = call("POST", "/api/v1/uploads", None, {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata})
    upload = urllib.parse.urlsplit(answer.headers["Location"]).path
    for pause in (0, 1, 2, 4, 8, 16):
        time.sleep(pause)
        try:
            answer, _ = call("HEAD", upload, None, TUS)
            if not answer.headers["Upload-Run"]:
                with open(path, "rb") as file:
                    offset = file.seek(int(answer.headers["Upload-Offset"]))
                    sizes = {"Upload-Offset": str(offset), "Content-Length": str(size - offset)}
                    answer, _ = call("PATCH", upload, file, {**TUS, **sizes, "Content-Type": "application/offset+octet-stream"})
            if answer.headers["Upload-Run"]:
                return answer.headers["Upload-Run"]
        except (OSError, http.client.HTTPException) as trouble:
            print(f"broken ({trouble}), going on", file=sys.stderr)
    raise SystemExit("The server could not be reached for long.")


def main(path, target):
    run = submit(path, recipe="Top 10 %")
    print("run", run)
    while (state := get(f"/api/v1/runs/{run}")["state"]) not in ("done", "failed", "cancelled", "awaitingReview"):
        time.sleep(1)
    print("state", state)

    for frame in get(f"/api/v1/runs/{run}/frames?state=selected&sort=rank")["items"]:
        print(f"{frame['rank']}. at {frame['seconds']:.2f} s")

    export = post(f"/api/v1/runs/{run}/exports", {})
    while export["state"] in ("queued", "running"):
        time.sleep(1)
        export = get(f"/api/v1/exports/{export['id']}")
    _, content = call("GET", export["file"])
    if hashlib.sha256(content).hexdigest() != export["sha256"]:
        raise SystemExit("The bytes that came are not those that the server hashed.")
    with open(target, "wb") as file:
        file.write(content)
    print("saved", target)


if __name__ == "__main__":
    main(*sys.argv[1:])
