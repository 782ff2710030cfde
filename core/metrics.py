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
