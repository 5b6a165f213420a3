"""Makes the sample table from penguins that the default training does not see."""

from pathlib import Path

from fairhaven_penguins import model


def main() -> None:
    """Write penguins-12.csv: four of each species, with the true one in the first column."""
    _, unseen, _, truth = model.split(test_size=0.25, seed=0)
    unseen.insert(0, "species", truth)
    chosen = unseen.dropna().groupby("species").head(4).sort_values("species")
    chosen.to_csv(Path(__file__).with_name("penguins-12.csv"), index=False)


if __name__ == "__main__":
    main()
