"""A module whose arguments are named like options of the command that calls it."""


def predict(model: str = "small", output: str = "text", top_k: int = 1, help: bool = False):
    return {"model": model, "output": output, "top_k": top_k, "help": help}
