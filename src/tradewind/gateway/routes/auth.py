"""Logging in, staying logged in, logging out."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.identity import (
    LoginRequest,
    LogoutRequest,
    Me,
    RefreshRequest,
    TokenPair,
)
from tradewind.core.errors import InvalidError
from tradewind.gateway.dependencies import Caller, Needs
from tradewind.gateway.responses import answer, no_content
from tradewind.gateway.routing import StrictRoute
from tradewind.services.identity.model import Tokens
from tradewind.services.identity.service import Login

router = APIRouter(route_class=StrictRoute, tags=["identity"])

_EMAIL_CHARS_MAX: Final = 254
_REFRESH_CHARS_MAX: Final = 256


@router.post("/v1/auth/login", response_model=TokenPair)
async def log_in(request: Request, body: LoginRequest, needs: Needs) -> Response:
    """Open a session: 30 days at most for clients, 12 hours for staff."""
    if not 0 < len(body.email) <= _EMAIL_CHARS_MAX or "\0" in body.email:
        raise InvalidError("email", "invalid_email", "An e-mail address of up to 254 characters.")
    address = request.client.host if request.client is not None else "127.0.0.1"
    login = Login(email=body.email, password=body.password, address=address)
    return answer(_pair(await needs.identity.log_in(login)))


@router.post("/v1/auth/refresh", response_model=TokenPair)
async def refresh(body: RefreshRequest, needs: Needs) -> Response:
    """Exchange a refresh token; repeating within ten seconds gives the same successor."""
    return answer(_pair(await needs.identity.refresh(body.refresh_token[:_REFRESH_CHARS_MAX])))


@router.post("/v1/auth/logout", status_code=204)
async def log_out(caller: Caller, needs: Needs, body: LogoutRequest | None = None) -> Response:
    """End this session, or all of the user's; its tokens are refused within a second."""
    if body is not None and body.scope == "everywhere":
        await needs.identity.log_out_everywhere(caller)
    else:
        await needs.identity.log_out(caller)
    return no_content()


@router.get("/v1/me", response_model=Me)
async def me(caller: Caller, needs: Needs) -> Response:
    """Tell who is logged in."""
    user = await needs.identity.user(caller.user_id)
    return answer(Me(id=user.id, email=user.email, name=user.name, roles=tuple(sorted(user.roles))))


def _pair(tokens: Tokens) -> TokenPair:
    return TokenPair(
        access_token=tokens.access_token,
        expires_in=tokens.expires_in_s,
        refresh_token=tokens.refresh_token,
    )
