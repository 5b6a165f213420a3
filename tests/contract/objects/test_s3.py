"""The S3 driver against a real S3 server."""

import pytest

from fairhaven.core.errors import Unconfigured
from fairhaven.core.platform import Platform
from fairhaven.core.s3 import S3Objects
from fairhaven.core.testing.objects import ObjectsContract


class TestS3(ObjectsContract):
    @pytest.fixture
    def objects(self, platform: Platform):
        return platform.objects


@pytest.mark.parametrize("url", ["s3+https://host/bucket", "s3+https://key:secret@host/", "s3+https://"])
def test_an_address_without_all_its_parts_says_how_it_must_look(url):
    with pytest.raises(Unconfigured, match="s3\\+https://key:secret@host/bucket"):
        S3Objects.open(url)
