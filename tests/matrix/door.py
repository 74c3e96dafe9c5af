"""A door between one bot and its homeserver: lets everything through, notes when, and can hold back what the bot says or keep
the answer to one request to itself.
"""

import asyncio
import time

from aiohttp import ClientConnectionError, ClientSession, ClientTimeout, web
from yarl import URL


class Door:
    """Between one bot and the homeserver: lets everything through, notes when, and can hold back what the bot says."""

    def __init__(self, url):
        self.home = url
        self.held = False
        self.deadly_before = None
        """(which request, what then): it never reaches the homeserver."""
        self.deadly = None
        """(which request, what then): it reaches the homeserver, and its answer never comes back."""
        self.passed = []
        """(seconds on the clock, method, path) of every request that was answered with success."""
        self.refused = []
        """(method, path) of every request of which the homeserver said that it was too much."""
        self.session = None
        self.runner = None
        self.url = None

    async def open(self):
        self.session = ClientSession(timeout=ClientTimeout(total=None), auto_decompress=False)
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{any:.*}", self._pass)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"

    async def close(self):
        await self.runner.cleanup()
        await self.session.close()

    async def _pass(self, request):
        if self.deadly_before and self.deadly_before[0](request.method, request.raw_path):
            (_, then), self.deadly_before = self.deadly_before, None
            then()
            raise web.HTTPBadGateway
        if self.held and is_word(request.method, request.raw_path):
            await asyncio.Event().wait()  # Until the one who asks has gone.
        kept = {k: v for k, v in request.headers.items() if k.lower() not in ("host", "content-length", "connection")}
        body = await request.read()
        where = URL(self.home + request.raw_path, encoded=True)
        try:
            async with self.session.request(request.method, where, headers=kept, data=body) as answer:
                content = await answer.read()
        except ClientConnectionError:
            raise web.HTTPBadGateway from None
        if answer.status == 429:
            self.refused.append((request.method, request.raw_path))
        if answer.status == 200:
            self.passed.append((time.monotonic(), request.method, request.raw_path))
        if self.deadly and self.deadly[0](request.method, request.raw_path):
            (_, then), self.deadly = self.deadly, None
            then()
            raise web.HTTPBadGateway from None
        dropped = ("transfer-encoding", "content-length", "connection")
        headers = {k: v for k, v in answer.headers.items() if k.lower() not in dropped}
        return web.Response(status=answer.status, headers=headers, body=content)

    def first(self, since, wanted):
        """Seconds from `since` to the first request of a kind."""
        return next((at - since for at, method, path in self.passed if at > since and wanted(method, path)), None)


def is_word(method, path):
    return method == "PUT" and ("/send/m.room.message/" in path or "/send/m.room.encrypted/" in path)
