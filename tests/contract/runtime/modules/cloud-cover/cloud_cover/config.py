"""Constants of the API: what the installed package says about itself."""

import logging
import os
from importlib import metadata

API_NAME = "cloud_cover"
API_METADATA = metadata.metadata(API_NAME)

# One header "Ada <ada@…>, Bob <bob@…>" holds authors and addresses.
AUTHORS = dict(entry[:-1].split(" <") for entry in API_METADATA["Author-email"].split(", "))

LOG_LEVEL = getattr(logging, os.getenv("API_LOG_LEVEL", default="INFO").upper())
