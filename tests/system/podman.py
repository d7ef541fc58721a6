#!/usr/bin/env python3
"""A rootful podman service with storage, configuration and socket of its own, for tests that run
real containers. Nothing of the machine's podman is touched, and nothing is left behind.

As a fixture:  podman = Podman(directory, insecure=["127.0.0.1:9010"]); podman.url; podman.close()
As a program:  podman.py DIRECTORY [--insecure HOST:PORT]... prints the socket's path, serves until
               its standard input ends, and removes everything.

Why the settings: crun refuses hybrid cgroups, a machine without CAP_SYS_RESOURCE refuses higher
limits than its own, there is neither systemd nor journald, and locks in files are not shared with
the machine's podman.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import time

CONTAINERS_CONF = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "{directory}/tmp"
static_dir = "{directory}/root/libpod"
volume_path = "{directory}/volumes"
image_copy_tmp_dir = "{directory}/copy"
[network]
network_config_dir = "{directory}/networks"
"""
POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}\n'
START_S = 20


def unusable():
    """Why podman cannot be used here, or None."""
    if os.geteuid() != 0:
        return "containers need root here"
    for program in ("podman", "runc", "conmon"):
        if (
            not shutil.which(program)
            and not pathlib.Path(f"/usr/libexec/podman/{program}").exists()
        ):
            return f"{program} is not installed"
    return None


class Podman:
    def __init__(self, directory, insecure=(), serve=True):
        """`directory`: an empty one, with a short path. `insecure`: registries without TLS."""
        self.directory = pathlib.Path(directory)
        for name in ("root", "run", "tmp", "copy", "volumes", "networks"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        self._write("containers.conf", CONTAINERS_CONF.format(directory=self.directory))
        self._write("policy.json", POLICY)
        self._write("auth.json", "{}\n")  # which buildah wants to be there
        registries = 'unqualified-search-registries = []\nshort-name-mode = "disabled"\n'
        for address in insecure:
            registries += f'[[registry]]\nlocation = "{address}"\ninsecure = true\n'
        self._write("registries.conf", registries)
        driver = os.environ.get("TRIBUTARY_STORAGE_DRIVER", "overlay")
        self._write(
            "storage.conf",
            f'[storage]\ndriver = "{driver}"\ngraphroot = "{self.directory}/root"\n'
            f'runroot = "{self.directory}/run"\n',
        )
        self.environment = {
            **os.environ,
            "CONTAINERS_CONF": str(self.directory / "containers.conf"),
            "CONTAINERS_REGISTRIES_CONF": str(self.directory / "registries.conf"),
            "CONTAINERS_STORAGE_CONF": str(self.directory / "storage.conf"),
            "REGISTRY_AUTH_FILE": str(self.directory / "auth.json"),
            "TMPDIR": str(self.directory / "copy"),
        }
        self.environment.pop("CONTAINER_HOST", None)
        self.socket = self.directory / "podman.sock"
        self.server = None
        if serve:
            self.start()

    def _write(self, name, text):
        (self.directory / name).write_text(text)

    def start(self):
        log = open(self.directory / "podman.log", "ab")
        self.server = subprocess.Popen(
            ["podman", "system", "service", "--time", "0", f"unix://{self.socket}"],
            env=self.environment,
            cwd=self.directory,  # conmon leaves a file there when memory runs out
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        log.close()
        deadline = time.monotonic() + START_S
        while not self.socket.exists():
            if self.server.poll() is not None or time.monotonic() > deadline:
                text = (self.directory / "podman.log").read_text()
                raise RuntimeError(f"podman system service did not start: {text}")
            time.sleep(0.05)

    @property
    def url(self):
        return f"unix://{self.socket}"

    def run(self, *arguments, check=True, **options):
        """A podman command on the same storage; its standard output."""
        return self.tool("podman", *arguments, check=check, **options)

    def tool(self, program, *arguments, check=True, **options):
        """The same for buildah and skopeo."""
        done = subprocess.run(
            [program, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def leftovers(self, label=None):
        """Containers (with that label alone), volumes and mounts that are there: a list of text."""
        only = ["--filter", f"label={label}"] if label else []
        left = self.run("ps", "--all", "--format", "container {{.Names}}", *only).splitlines()
        left += self.run("volume", "ls", "--format", "volume {{.Name}}", *only).splitlines()
        return left

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.terminate()
            try:
                self.server.wait(10)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        self.server = None

    def close(self):
        self.run("rm", "--all", "--force", "--time", "0", "--volumes", check=False)
        self.run("volume", "rm", "--all", "--force", check=False)
        self.run("rmi", "--all", "--force", check=False)
        self.stop()
        self._unmount()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _unmount(self):
        """Storage mounts itself and what containers had, as long as they lived."""
        with open("/proc/self/mounts", encoding="utf-8") as mounts:
            points = [line.split()[1] for line in mounts]
        for point in reversed(points):
            if point.startswith(f"{self.directory}/"):
                subprocess.run(["umount", "--lazy", point], check=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    parser.add_argument("--insecure", action="append", default=[], metavar="HOST:PORT")
    arguments = parser.parse_args()
    reason = unusable()
    if reason:
        sys.exit(f"podman.py: {reason}")
    podman = Podman(arguments.directory, arguments.insecure)
    try:
        print(podman.socket, flush=True)
        sys.stdin.read()
    finally:
        podman.close()


if __name__ == "__main__":
    main()
