"""Pages in a real browser. A package, so that its Chromium ends before other tests use the event loop."""
