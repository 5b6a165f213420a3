"""Small questions to a program on this machine: does it answer, and which program is it?"""

import asyncio
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit

from fairhaven.core.components.errors import ComponentFailed

INSTALL = "Install the platform's programs: `pip install 'fairhaven[platform]'`."


async def http_status(url: str) -> int:
    """The status code of one GET request over plain HTTP, never through a proxy.

    Raises:
        OSError: nothing answers there, or not in HTTP.
    """
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        request = f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        writer.write(request.encode())
        await writer.drain()
        words = (await reader.readline()).split()
    finally:
        writer.close()
    if len(words) < 2 or not words[1].isdigit():
        raise OSError(f"{url} does not answer in HTTP")
    return int(words[1])


def packaged_program(component: str, package: str, program: str) -> Path:
    """The program that a package installed into this environment.

    Raises:
        ComponentFailed: it is not there.
    """
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        path = Path(str(file.locate())).resolve()
        if file.name == program and path.is_file():
            return path
    raise ComponentFailed(component, f"the program {program} (package {package}) is missing.", fix=INSTALL)
