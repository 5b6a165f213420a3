"""The echo for MLServer."""

from mlserver import MLModel
from mlserver.types import InferenceRequest, InferenceResponse, ResponseOutput


class Echo(MLModel):
    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        sent = payload.inputs[0]
        told = ResponseOutput(name="values", shape=sent.shape, datatype=sent.datatype, data=sent.data)
        return InferenceResponse(model_name=self.name, outputs=[told])
