"""A client of a running stack, with the stack's keys."""

from temporalio.client import Client

from encryption.converter import encrypting
from local.stack import Stack, keys


async def client_of(stack: Stack) -> Client:
    return await Client.connect(stack.address, data_converter=encrypting(keys(stack.data)))
