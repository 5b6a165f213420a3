"""Deposits of releases: asked for by people (`asking`), carried out by a job (`carrying`), written back."""

from fairhaven.catalog.service.deposits.asking import (
    approve_deposit,
    depositories,
    retry_deposit,
    start_deposit,
)
from fairhaven.catalog.service.deposits.carrying import TriedAgain, carry_on
from fairhaven.catalog.service.deposits.discarding import discard_deposit
from fairhaven.catalog.service.deposits.proposing import proposal
from fairhaven.catalog.service.deposits.reading import deposit, deposits

__all__ = [
    "TriedAgain",
    "approve_deposit",
    "carry_on",
    "deposit",
    "depositories",
    "deposits",
    "discard_deposit",
    "proposal",
    "retry_deposit",
    "start_deposit",
]
