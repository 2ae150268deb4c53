"""No folder of the flow grows so large that a reader must search in it."""

from __future__ import annotations

from pathlib import Path

MODULES_BESIDE_FOLDERS = 12
MODELS = 16


def crowded(folder: Path, pattern: str, most: int) -> list[str]:
    """The folders at and below `folder` that hold more than `most` files of their own."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    return [path.name for path in folders if len(list(path.glob(pattern))) > most]


def test_folders_stay_small(repo_root: Path) -> None:
    assert len(list((repo_root / "pipeline").glob("*.py"))) <= MODULES_BESIDE_FOLDERS
    assert crowded(repo_root / "dbt_project" / "models", "*.sql", MODELS) == []


def test_a_crowded_folder_is_found(tmp_path: Path) -> None:
    """The planted defect."""
    (tmp_path / "sessions").mkdir()
    for number in range(MODELS + 1):
        (tmp_path / "sessions" / f"{number}.sql").touch()
    assert crowded(tmp_path, "*.sql", MODELS) == ["sessions"]
