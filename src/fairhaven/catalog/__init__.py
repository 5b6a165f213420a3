"""The catalog: modules (repositories with a model and metadata), their releases, and how they are found."""
