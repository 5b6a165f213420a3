"""The runtime's page for people: a form for predictions, one for trainings, of use without JavaScript."""
