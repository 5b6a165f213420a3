"""The echo for BentoML."""

import bentoml


@bentoml.service(workers=1)
class Echo:
    @bentoml.api
    async def predict(self, values: list[float]) -> list[float]:
        return values
