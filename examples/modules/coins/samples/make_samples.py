"""Makes the sample image from the photograph that ships inside scikit-image."""

from pathlib import Path

from PIL import Image
from skimage.data import coins


def main() -> None:
    """Write coins-24.png: 24 Greek coins, 384 x 303 pixels."""
    Image.fromarray(coins()).save(Path(__file__).with_name("coins-24.png"), optimize=True)


if __name__ == "__main__":
    main()
