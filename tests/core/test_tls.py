"""The TLS context: made once, and anew only for other authorities."""

from pathlib import Path

import pytest
import trustme

from core.tls import tls_context


def test_a_context_is_kept_for_the_same_authorities_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_machine = tls_context()
    assert tls_context() is of_machine
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    of_file = tls_context()
    assert of_file is not of_machine
    assert len(of_file.get_ca_certs()) == 1
