"""What can go wrong with an address that somebody gave: all 422, for it is the address that is at fault."""

from fairhaven.core.errors import Problem


class OutboundProblem(Problem):
    """The base: something about an address that somebody gave us."""

    status = 422
    title = "That address cannot be asked"


class AddressRefused(OutboundProblem):
    title = "That address is not asked from here"
    fix = "Give a public address, or ask the operator to name the network in `outbound_allow`."


class HostUnknown(OutboundProblem):
    title = "No machine has that name"
    fix = "Check the host's name."


class Unanswered(OutboundProblem):
    title = "That machine does not answer"
    fix = "Check the address; if it is right, try again when the machine is up."


class TooManyRedirects(OutboundProblem):
    title = "That address leads from one place to the next"
    fix = "Give the address at which it is now."


class AnswerTooLarge(OutboundProblem):
    title = "That answer is too large"
