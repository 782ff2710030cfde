"""A reverse proxy on loopback for tests: passes a path on to the bot, with its prefix or without."""

from dataclasses import dataclass, field

import aiohttp
from aiohttp import web


@dataclass(slots=True)
class ReverseProxy:
    """Passes `prefix` and the paths below it on to `target`. Other paths get a 404 of its own."""

    prefix: str
    strips: bool
    target: str = ""
    statuses: list[int] = field(default_factory=list)

    def app(self) -> web.Application:
        """Return the web application."""
        app = web.Application()
        app.router.add_route("*", f"{self.prefix}/{{path:.*}}", self._pass_on)
        return app

    async def _pass_on(self, request: web.Request) -> web.Response:
        prefix = "" if self.strips else self.prefix
        url = f"{self.target}{prefix}/{request.match_info['path']}"
        headers = {
            n: v
            for n, v in request.headers.items()
            if n not in {"Host", "Content-Length", "Transfer-Encoding"}
        }
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, url, headers=headers, data=await request.read()) as answer,
        ):
            self.statuses.append(answer.status)
            return web.Response(
                status=answer.status, body=await answer.read(), content_type=answer.content_type
            )
