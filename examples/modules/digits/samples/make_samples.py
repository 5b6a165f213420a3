"""Makes the sample images from digits that the default training does not see."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = Path(__file__).parent


def main() -> None:
    """Write digit-3.png and digit-5.png, dark on light, and digit-7.png, light on dark."""
    digits = load_digits()
    _, images, _, labels = train_test_split(
        digits.images, digits.target, test_size=0.2, random_state=0, stratify=digits.target
    )
    for digit, size, margin, inverted in ((3, 256, 16, True), (5, 480, 60, True), (7, 160, 0, False)):
        tile = np.pad(_typical(images[labels == digit]) * 255 / 16, 2).astype(np.uint8)
        page = Image.new("L", (size + 2 * margin, size + 2 * margin), 0)
        page.paste(Image.fromarray(tile).resize((size, size), Image.Resampling.BICUBIC), (margin, margin))
        page = page.point(lambda ink: 245 - ink * 0.85) if inverted else page
        page.save(HERE / f"digit-{digit}.png", optimize=True)


def _typical(images: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the image (8, 8) that is closest to the mean of its class."""
    nearest = np.abs(images - images.mean(axis=0)).sum(axis=(1, 2)).argmin()
    return np.asarray(images[nearest])


if __name__ == "__main__":
    main()
