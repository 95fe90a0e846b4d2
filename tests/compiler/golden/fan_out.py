import asyncio

from waymark import Workflow, action


@action
async def resize(image: str, width: int) -> str: ...


@action
async def combine(left: str, right: str, by: str = "") -> str: ...


class FanOut(Workflow):
    """Arguments are evaluated in Python's order before anything starts, also those with awaits in them."""

    async def run(self, images, pairs):
        small, large = await asyncio.gather(resize(images[0], 100), resize(images[0], width=1000))
        thumbs = [await resize(image, 10) for image in images if image]
        await asyncio.gather(
            combine(small, right=large),
            *(combine(left, right) for left, right in pairs if left != right),
            *[resize(width=pair.width, image=pair.image) for pair in pairs],
            *[resize(await resize(thumb, 20), 5) for thumb in thumbs],
        )
        await asyncio.gather()
        return thumbs
