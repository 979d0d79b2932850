"""What Temporal keeps, made readable for its UI and its command line: `vip codec`."""

import asyncio
import socket
from typing import Annotated

from cyclopts import Parameter

from gateway.cli.asking import LOOKING, Looking, settings_here
from gateway.cli.output import WrongUsage, document, say

Port = Annotated[int, Parameter(help="Port to listen on; 0 is any that is free.")]


def codec(
    *,
    host: str = "127.0.0.1",
    port: Port = 8234,
    new_key: str | None = None,
    looking: Looking = LOOKING,
) -> None:
    """Decode for the Temporal UI and the temporal command, until Ctrl-C.

    Parameters
    ----------
    host
        Address to listen on. Elsewhere than on this machine a token is needed: VIP_CODEC_TOKEN.
    new_key
        Serve nothing; print a new key with this ID for VIP_PAYLOAD_KEYS.
    """
    if new_key is not None:
        _print_new_key(new_key, looking)
        return
    from encryption.codec import Encryption
    from gateway.codec import LOOPBACK, app
    from settings_values import is_loopback

    settings = settings_here()
    if not settings.payload_keys:
        raise WrongUsage("VIP_PAYLOAD_KEYS is missing: without keys there is nothing to decode")
    token = settings.codec_token
    if token is None and not is_loopback(host):
        raise WrongUsage(f"VIP_CODEC_TOKEN is missing: on {host} others can ask, and whoever asks reads everything")
    made = app(
        Encryption(settings.payload_keys),
        origins=[settings.ui_url],
        token=None if token is None else token.get_secret_value(),
        hosts=LOOPBACK if is_loopback(host) else ["*"],
    )
    with _listening(host, port) as listener:
        asyncio.run(_serve(made, listener, looking))


def _print_new_key(key_id: str, looking: Looking) -> None:
    from encryption.keys import Key

    try:
        key = Key.new(key_id)
    except ValueError as error:
        raise WrongUsage(f"--new-key: {error}") from None
    if looking.json:
        document({"id": key.id, "key": key.text})
    else:
        print(key.text)


def _listening(host: str, port: int) -> socket.socket:
    from local.ports import without_delay

    try:
        return without_delay(
            socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        )
    except (OSError, OverflowError) as error:
        raise WrongUsage(f"cannot listen on {host} port {port}: {error}") from None


async def _serve(application: object, listener: socket.socket, looking: Looking) -> None:
    import uvicorn

    host, port = listener.getsockname()[:2]
    where = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if looking.json:
        document({"codec": where})
    else:
        say(f"It decodes at {where}: temporal --codec-endpoint {where}, or --ui-codec-endpoint of the server.")
    config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off")  # type: ignore[arg-type]
    await uvicorn.Server(config).serve(sockets=[listener])
