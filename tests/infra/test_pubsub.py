import asyncio

from redis.asyncio import Redis

from tradewind.infra.pubsub import Subscription, Topics

TOPICS = Topics(channels=("one",), patterns=("px:*",))


async def test_messages_of_channels_and_patterns_arrive_again_after_a_lost_connection(
    redis_url: str,
) -> None:
    heard: asyncio.Queue[tuple[bytes, bytes]] = asyncio.Queue()
    subscribed: asyncio.Queue[None] = asyncio.Queue()
    subscription = Subscription(
        redis_url,
        TOPICS,
        lambda channel, payload: heard.put_nowait((channel, payload)),
        lambda: subscribed.put_nowait(None),
    )
    running = asyncio.create_task(subscription.run())
    async with Redis.from_url(redis_url) as redis, asyncio.timeout(10):
        for round_number in range(3):
            await subscribed.get()
            payload = f"{round_number} \r\n ü".encode()
            await redis.publish("one", payload)
            await redis.publish("px:EURUSD", payload)
            await redis.publish("other", payload)
            assert await heard.get() == (b"one", payload)
            assert await heard.get() == (b"px:EURUSD", payload)
            await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    running.cancel()
    await asyncio.wait([running], timeout=5)
    assert running.cancelled()
    assert heard.empty()


async def test_a_server_that_is_not_there_is_asked_again(redis_url: str) -> None:
    subscription = Subscription("unix:///nonexistent", TOPICS, lambda *_: None, lambda: None)
    running = asyncio.create_task(subscription.run())
    done, _ = await asyncio.wait([running], timeout=0.3)
    assert not done
    running.cancel()
    await asyncio.wait([running], timeout=5)
    assert running.cancelled()
