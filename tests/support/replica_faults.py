"""The faults of replicas that the end-to-end tests cause, as docs/replicas.md describes them."""

from typing import NamedTuple


class ReplicaFault(NamedTuple):
    """A fault, by the name of its test: what happens, what follows, and what may happen once more because of it."""

    test: str
    what: str
    then: str
    again: str


REPLICA_FAULTS = (
    ReplicaFault(
        "test_a_killed_replica_is_taken_over_within_30_seconds",
        "`kill -9` of one replica, the leader or another one",
        "the other one buries it after 12 s without a heartbeat and continues its requests",
        "creates and sends that were on their way",
    ),
    ReplicaFault(
        "test_replicas_killed_in_turn_at_random_lose_nothing",
        "`kill -9` again and again, of one and the other, each started again at once",
        "the same, each time",
        "creates and sends that were on their way",
    ),
    ReplicaFault(
        "test_a_replica_killed_in_the_middle_of_creates_repeats_only_those",
        "`kill -9` while all creates wait for their answers",
        "whether these were accepted is unknown: each is made once more (`UNKNOWN_CREATE=repeat`)",
        "these creates",
    ),
    ReplicaFault(
        "test_a_replica_that_stands_still_for_20_seconds_ends_itself",
        "a replica stands still for 20 s (`SIGSTOP`, a frozen machine) and goes on",
        "it is buried meanwhile, learns that at its next heartbeat, and ends with exit code 75",
        "creates and sends that were on their way",
    ),
    ReplicaFault(
        "test_a_stopped_replica_hands_its_work_over_at_once",
        "`SIGTERM` under load",
        "it finishes paid calls and sends, and leaves the rest to the other one at once",
        "nothing",
    ),
    ReplicaFault(
        "test_a_server_that_is_killed_and_comes_back_costs_nothing",
        "PostgreSQL is killed and started again",
        "updates stay at Telegram, requests wait, both replicas go on by themselves",
        "creates and sends that were on their way",
    ),
    ReplicaFault(
        "test_a_replica_cut_off_from_the_database_is_replaced_and_ends_itself",
        "one replica cannot reach the database, and nothing tells it so",
        "it leads, pays and sends nothing after 9 s, is buried after 12 s, and ends once the network is back",
        "creates and sends that were on their way",
    ),
    ReplicaFault(
        "test_a_migration_interrupts_nothing",
        "a new version with a migration replaces one replica after the other, under load",
        "the old version goes on with the new schema, and may even be started again",
        "nothing",
    ),
)
