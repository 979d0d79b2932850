"""A program that puts records of the same customers as others do: python -m ... ADDRESS SEED."""

import asyncio
import itertools
import random
import sys

from register.register import Register
from tests.register.records import customer, entry


async def main(address: str, seed: int) -> None:
    told = [
        customer(number, version=version, manager=f"am-{(number * version) % 4}", entries=(entry(version),))
        for number, version in itertools.product(range(6), range(10))
    ]
    async with await Register.at(address) as register:
        for record in random.Random(seed).sample(told, len(told)):
            await register.put(record)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
