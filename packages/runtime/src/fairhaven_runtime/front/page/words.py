"""Every word of the page, in one place: those that the server writes, then those that its scripts say."""

PRODUCT = "Fairhaven runtime"
SKIP = "Skip to content"
REFERENCE = "API"

# States of the module
LOADING = "The module is being loaded"
LOADING_TEXT = "This page goes on by itself as soon as it is ready."
FAILED = "The module did not load"
FAILED_TEXT = "The server tries again by itself; this page goes on when it is ready."
WAIT = "The module is not ready at this moment"
WAIT_TEXT = "A question waits until it is, or is told to come back."
LOOK_AGAIN = "Look again"

# Predictions
PREDICT = "Predict"
PREDICTIONS_OFF = "Predictions are switched off on this server."
NO_ARGUMENTS = "This module takes no arguments."
ANSWER = "Answer"
EMPTY = "The answer appears here"
EMPTY_TEXT = "Fill in the form and press Predict. The same can be asked from a program:"
EMPTY_PLAIN = "Without JavaScript the answer opens as the module gives it, usually as JSON."
CANCEL = "Cancel"
WORKING = "The module is at work …"

# Fields
OPTIONAL = "optional"
MORE = "More arguments"
INCLUDE = "Give this"
CHOOSE = "Choose …"
NOT_SET = "Not set"
YES, NO = "Yes", "No"
DROP = "Drop a file here, paste it, or choose one."
DROP_MANY = "Drop files here, paste them, or choose some."
REMOVE = "Remove"
ONE_PER_LINE = "One per line."
AS_JSON = "As JSON."
ANYTHING = "JSON, or plain text."
SOME_KEY, SOME_VALUE = "key", "value"
PATTERN = "It must match {}"
FORMATS = {
    "date-time": "As 2030-12-31T23:59:59.",
    "time": "As 23:59:59.",
    "uuid": "A UUID.",
    "uri": "An address that begins with https:// or the like.",
    "email": "An e-mail address.",
}
FROM_TO = "From {} to {}."
AT_LEAST, MORE_THAN = "At least {}.", "More than {}."
AT_MOST, LESS_THAN = "At most {}.", "Less than {}."
CHARACTERS, VALUES = "characters", "values"
EXACTLY = "Exactly {} {}."
BETWEEN = "{} to {} {}."
NOT_FEWER, NOT_MORE = "At least {} {}.", "At most {} {}."

# Trainings
TRAIN = "Train"
TRAIN_NEW = "Train anew"
TRAINS_ALONE = "It takes no arguments."
TRAININGS = "Trainings"
NO_TRAININGS = "No training was started since this server is up."
NO_TRAININGS_KEPT = "No training was started yet."
STARTED, STATUS, ARGUMENTS = "Started", "Status", "Arguments"
RUNNING, DONE, ERROR = "running", "done", "failed"
RESULT = "Result"
TRY_AGAIN = "Try again"
FORGET = "Remove"
TOOK = "in {}"
ACTIONS = "Actions"

# About
ABOUT = "About this module"
EVERYTHING = "Everything that the module says about itself"
REST = "The whole description"
FACTS = {
    "version": "Version",
    "author": "Author",
    "authors": "Authors",
    "author-email": "E-mail",
    "license": "Licence",
    "url": "Address",
}
ENTRIES = ("{} entry", "{} entries")
COUNTED_VALUES = ("{} value", "{} values")
AND_MORE = "and {} more"

SCRIPT = {
    "answer": ANSWER,
    "answered": "Answered in {time}",
    "attention": "One thing needs your attention",
    "attentions": "{count} things need your attention",
    "broken": "The connection broke off before the last piece came.",
    "cancelled": "The module may still be at work on it; your next question then waits for its end.",
    "cancelledTitle": "Cancelled after {time}",
    "copied": "Copied",
    "copy": "Copy",
    "download": "Download",
    "elapsed": "{time} so far",
    "entries": "{count} entries",
    "entry": "1 entry",
    "everything": "Everything that was answered",
    "film": "Film",
    "input": "Input",
    "more": "{count} more",
    "moreInRaw": "and {count} more in the raw answer",
    "noAnswer": "There is no result.",
    "notJson": "This is no JSON: {reason}",
    "number": "No. {number}: {words}",
    "off": "This is switched off on the server.",
    "onTop": "One over the other",
    "pieces": "Pieces of the answer, as they come",
    "raw": "Raw answer",
    "remove": REMOVE,
    "result": "Result",
    "retry": "Try again in {time}.",
    "rowsMore": "{count} more rows are in the raw answer.",
    "slide": "Slide",
    "sound": "Sound",
    "started": "The training has started; it is listed here.",
    "startedTitle": "It runs.",
    "table": "Table",
    "unreachable": "The server cannot be reached. Is it still running?",
    "value": "1 value",
    "values": "{count} values",
    "unknownType": "unknown type",
}
