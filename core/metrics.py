"""The bot's metrics, in a registry of their own that `/metrics` shows."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320)


class Metrics:
    """All metrics."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "imagine_requests", "Requests by final state or failure.", ["end"], registry=self.registry
        )
        self.calls = Counter(
            "imagine_media_calls", "Calls to the media API.", ["call", "outcome"], registry=self.registry
        )
        self.unknown_creates = Counter(
            "imagine_unknown_creates",
            "Create calls of unknown outcome, by reaction.",
            ["then"],
            registry=self.registry,
        )
        self.telegram_calls = Counter(
            "imagine_telegram_calls",
            "Calls to the Bot API but those that fetch updates, by outcome.",
            ["method", "outcome"],
            registry=self.registry,
        )
        self.spent_roubles = Counter(
            "imagine_spent_roubles", "Cost of finished tasks that the provider names.", registry=self.registry
        )
        self.balance = Gauge(
            "imagine_balance_roubles",
            "Balance with the provider, as the leader saw it last; NaN before.",
            registry=self.registry,
        )
        self.balance.set(float("nan"))
        self.disk_free = Gauge(
            "imagine_disk_free_bytes",
            "Bytes that may still be written to the disk of an SQLite ledger; NaN for PostgreSQL.",
            registry=self.registry,
        )
        self.ledger_size = Gauge(
            "imagine_ledger_bytes", "Size of an SQLite ledger; NaN for PostgreSQL.", registry=self.registry
        )
        self.waiting = Gauge("imagine_waiting", "Requests that wait for a slot.", registry=self.registry)
        self.in_flight = Gauge("imagine_in_flight", "Requests at the provider.", registry=self.registry)
        self.disk_refuses = Gauge(
            "imagine_disk_refuses", "1 while the disk refuses writes.", registry=self.registry
        )
        self.payment_failures = Counter(
            "imagine_payment_failures",
            "Failed tries to handle an update about a payment.",
            registry=self.registry,
        )
        self.failed_payments = Gauge(
            "imagine_failed_payments",
            "Updates about payments that wait for another try.",
            registry=self.registry,
        )
        self.replicas = Gauge(
            "imagine_replicas", "Living replicas, as this one knows.", registry=self.registry
        )
        self.leader = Gauge(
            "imagine_leader", "1 if this process does the work of one for all.", registry=self.registry
        )
        self.stars = Gauge(
            "imagine_stars",
            "Telegram Stars since the beginning: paid by users, arrived (without the shares of affiliates), refunded.",
            ["sum"],
            registry=self.registry,
        )
        self.missed_payments = Counter(
            "imagine_missed_payments",
            "Payments and refunds in Telegram's list that no update reported.",
            ["kind"],
            registry=self.registry,
        )
        self.emptied_requests = Counter(
            "imagine_emptied_requests",
            "Old requests that lost their prompt and file ids (KEEP_DAYS).",
            registry=self.registry,
        )
        self.retention_passed = Gauge(
            "imagine_retention_passed_timestamp_seconds",
            "Unix time at which this process finished its last search for old requests, 0 before.",
            registry=self.registry,
        )
        self.backup_made = Gauge(
            "imagine_backup_timestamp_seconds",
            "Unix time of the last good copy of the ledger in BACKUP_DIR, 0 without one.",
            registry=self.registry,
        )
        self.backup_failures = Counter(
            "imagine_backup_failures", "Copies of the ledger that failed.", registry=self.registry
        )
        self.queueing = Histogram(
            "imagine_queueing_seconds",
            "From the acceptance of a request to its first create call.",
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.drawing = Histogram(
            "imagine_drawing_seconds",
            "From the start of a task to the poll that finds it done.",
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.delivering = Histogram(
            "imagine_delivering_seconds",
            "From the poll that finds a task done to the delivered message.",
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.broadcast_messages = Counter(
            "imagine_broadcast_messages",
            "Messages of broadcasts by outcome.",
            ["outcome"],
            registry=self.registry,
        )
        self.trace_spans = Counter(
            "imagine_trace_spans",
            "Spans of traces: exported, failed at the collector, or dropped because too many waited for it.",
            ["outcome"],
            registry=self.registry,
        )
        self.loop_lag = Histogram(
            "imagine_loop_lag_seconds",
            "How late the event loop runs a timer.",
            registry=self.registry,
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5),
        )

    def record_end(self, end: str, cost: float | None) -> None:
        """Count a request that is closed, by its failure or final state, and its cost in roubles, if known."""
        self.requests.labels(end).inc()
        if cost is not None:
            self.spent_roubles.inc(max(0.0, cost))
