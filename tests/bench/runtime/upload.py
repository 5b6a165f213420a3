"""An image of 200 kB in a form: requests a second."""

from functools import partial

from tests.bench.runtime import servers
from tests.bench.runtime.asks import image
from tests.bench.runtime.load import Figures, press
from tests.bench.runtime.report import Finding, Plan, at_least, interleaved, median, of_clients
from tests.bench.runtime.servers import Served

SIZE = 200_000


def measure(plan: Plan) -> list[Finding]:
    """Against stock: twice the requests a second, from 1 and from 16 clients."""
    ask = image(SIZE)

    def pressed(served: Served, clients: int) -> Figures:
        figures = press(served, ask, clients=clients, seconds=plan.seconds)
        served.forget_uploads()
        return figures

    with servers.runtime("image") as ours, servers.stock("image") as stock:
        for served in (ours, stock):
            served.until(partial(ask.once, served))
        seen = interleaved(
            plan,
            {
                f"{served.name} {clients}": partial(pressed, served, clients)
                for clients in (1, 16)
                for served in (ours, stock)
            },
        )
    rates = {name: median(each, lambda figures: figures.rate) for name, each in seen.items()}
    return [
        at_least(
            f"upload of 200 kB, {of_clients(clients)}, against stock",
            rates[f"ours {clients}"],
            rates[f"stock {clients}"],
            2,
            "/s",
        )
        for clients in (1, 16)
    ]
