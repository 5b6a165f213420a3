"""The kernel: mechanisms that every domain uses. It knows no domain."""
