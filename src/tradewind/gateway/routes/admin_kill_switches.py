"""Staff's kill switches: trade is stopped and let go on; closes always go on."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.kill_switches import KillSwitch, KillSwitchPage, NewKillSwitch
from tradewind.core.errors import NotFoundError
from tradewind.gateway.administration import Asked, actor_of, cut_by_name
from tradewind.gateway.dependencies import LIMIT_DEFAULT, Caller, Limit, Needs
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute
from tradewind.infra.postgres import Connection
from tradewind.services.configuration import kill_switches as service
from tradewind.services.configuration.kill_switches import Scope, clear_switch, set_switch

#: Stands for the empty key of `global` in a path.
NO_KEY = "-"

router = APIRouter(route_class=StrictRoute, tags=["administration"])


@router.get("/v1/admin/kill-switches", response_model=KillSwitchPage)
async def kill_switches(
    needs: Needs, after: str | None = None, limit: Limit = LIMIT_DEFAULT
) -> Response:
    """List what is set, by scope and key; `after` is `next` of the page before."""
    async with needs.configuration.reading() as connection:
        found = {f"{each.scope}:{each.key}": each for each in await service.switches(connection)}
    names, following = cut_by_name(found, after, limit)
    items = tuple(_view(found[name]) for name in names)
    return answer(KillSwitchPage(items=items, next=following))


@router.post("/v1/admin/kill-switches", status_code=201, response_model=KillSwitch)
async def set_kill_switch(
    request: Request, body: NewKillSwitch, caller: Caller, needs: Needs
) -> Response:
    """Refuse from now on whatever would open a position; 409 where that is so already."""
    asked = Asked(request=request, caller=caller, needs=needs)
    place = (Scope(body.scope), body.key)

    async def work(tx: Connection) -> KillSwitch:
        return _view(await set_switch(needs.configuration, tx, asked.actor, place, body.reason))

    return await asked.once(201, work)


@router.delete("/v1/admin/kill-switches/{scope}/{key}", response_model=KillSwitch)
async def clear_kill_switch(scope: str, key: str, caller: Caller, needs: Needs) -> Response:
    """Let positions be opened again; the key of `global` is `-`."""
    if scope not in {each.value for each in Scope}:
        raise NotFoundError("kill_switch_not_found", "There is no such switch.")
    place = (Scope(scope), "" if key == NO_KEY else key)
    async with needs.configuration.changing() as tx:
        cleared = await clear_switch(needs.configuration, tx, actor_of(caller), place)
    return answer(_view(cleared))


def _view(switch: service.KillSwitch) -> KillSwitch:
    return KillSwitch(
        scope=switch.scope.value,
        key=switch.key,
        reason=switch.reason,
        actor=switch.actor,
        at=switch.at,
    )
