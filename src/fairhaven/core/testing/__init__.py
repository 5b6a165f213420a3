"""What tests of the platform and of foreign drivers build on: fixtures, factories, contract suites."""
