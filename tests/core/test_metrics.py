"""The metrics: all of them are shown, and the cost of requests is added up."""

from prometheus_client.metrics import MetricWrapperBase

from core.metrics import Metrics


def test_every_metric_is_in_the_registry() -> None:
    metrics = Metrics()
    named = [metric for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase)]
    families = {family.name for metric in named for family in metric.describe()}
    assert len(named) == len(families) > 20
    assert {family.name for family in metrics.registry.collect()} == families


def test_an_end_counts_with_its_cost_if_that_is_known() -> None:
    metrics = Metrics()
    for end, cost in (("delivered", 4.5), ("delivered", None), ("timeout", 1.0), ("moderated", -3.0)):
        metrics.record_end(end, cost)
    value = metrics.registry.get_sample_value
    assert value("imagine_requests_total", {"end": "delivered"}) == 2
    assert value("imagine_requests_total", {"end": "timeout"}) == 1
    assert value("imagine_spent_roubles_total") == 5.5
