"""A wrong mapping file stops the start and says what to do."""

from pathlib import Path

import pytest

from services.connectors.domain.greenhouse.body import Named
from services.connectors.domain.greenhouse.mapping_file import MappingFileError
from services.connectors.main import create_app
from services.connectors.settings import ConnectorsSettings
from services.connectors.worker import parts


def settings(mapping: Path | None) -> ConnectorsSettings:
    return ConnectorsSettings.model_validate({"greenhouse_mapping": mapping})


def test_the_shipped_file_is_the_default() -> None:
    assert settings(None).mapping().stage(Named(None, "Application Review"), "1") == "interested"


def test_the_named_file_takes_its_place(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text('[stages.names]\n"Chat" = "screening"\n')

    mapping = settings(file).mapping()

    assert mapping.stage(Named(None, "Chat"), "1") == "screening"
    assert mapping.stage(Named(None, "Application Review"), "1") is None


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingFileError, match=r"CONNECTORS_GREENHOUSE_MAPPING=.*none\.toml: cannot be read: No such file"):
        settings(tmp_path / "none.toml").mapping()


@pytest.mark.parametrize("start", [create_app, parts])
def test_neither_the_application_nor_the_worker_starts_with_a_wrong_file(tmp_path: Path, start: type) -> None:
    file = tmp_path / "my.toml"
    file.write_text('[stages.names]\n"Chat" = "chatting"\n')

    with pytest.raises(MappingFileError, match=r"my\.toml: stages\.names\.\"Chat\": 'chatting' is no stage"):
        start(settings(file))
