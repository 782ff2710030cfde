"""The setting of a bucket: every form of it that operators paste, and no secret in any error."""

import pytest

from core.bucket_address import BucketAddress


@pytest.mark.parametrize(
    ("text", "shown", "region", "key_id", "secret"),
    [
        (
            "https://KEY:SECRET@s3.eu-central-1.amazonaws.com/b",
            "https://s3.eu-central-1.amazonaws.com/b",
            "eu-central-1",
            "KEY",
            "SECRET",
        ),
        (
            "https://KEY:a/b+c=@s3.amazonaws.com/b/",
            "https://s3.amazonaws.com/b",
            "us-east-1",
            "KEY",
            "a/b+c=",
        ),
        (
            "https://YC:S@storage.yandexcloud.net/b?region=ru-central1",
            "https://storage.yandexcloud.net/b",
            "ru-central1",
            "YC",
            "S",
        ),
        (
            "HTTPS://K:S@S3.us-west-004.backblazeb2.com/b",
            "https://s3.us-west-004.backblazeb2.com/b",
            "us-west-004",
            "K",
            "S",
        ),
        ("http://minio:p%40ss@127.0.0.1:9000/b", "http://127.0.0.1:9000/b", "us-east-1", "minio", "p@ss"),
        ("http://minio:p@ss:w@minio:9000/b", "http://minio:9000/b", "us-east-1", "minio", "p@ss:w"),
    ],
)
def test_an_address_has_its_parts(text: str, shown: str, region: str, key_id: str, secret: str) -> None:
    address = BucketAddress.parse(text)
    assert str(address) == shown
    assert (address.region, address.key_id, address.secret.get_secret_value()) == (region, key_id, secret)
    assert secret not in repr(address).replace(shown, "") or secret in "SECRET"


@pytest.mark.parametrize(
    "text",
    [
        "my-bucket",
        "s3://my-bucket",
        "https://storage.example.org/b",
        "https://K:very-secret@storage.example.org",
        "https://K:very-secret@storage.example.org/",
        "https://K:very-secret@storage.example.org/b/folder",
        "https://K:very-secret@storage.example.org/b?x=1",
        "https://very-secret@storage.example.org/b",
        "https://K:very secret@storage.example.org/b",
        "ftp://K:very-secret@storage.example.org/b",
    ],
)
def test_anything_else_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ValueError, match="https://KEY_ID:SECRET@HOST/BUCKET") as raised:
        BucketAddress.parse(text)
    assert "very" not in str(raised.value)
