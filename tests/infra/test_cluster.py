"""The daemons as the suite and a supervisor run them."""

import psycopg

from tests.cluster import Cluster


def test_daemons_start_serve_and_stop(cluster: Cluster, connection: psycopg.Connection) -> None:
    first, second = cluster.start(2)
    assert first.workers()
    assert connection.execute("select count(*) from waymark.sessions").fetchone() == (2,)
    assert first.terminate() == 0
    assert second.terminate() == 0
    assert connection.execute("select count(*) from waymark.sessions").fetchone() == (0,)
