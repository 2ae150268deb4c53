"""nginx and those of its modules that come as files: where they lie, and which ones the settings need."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

from gateway.settings import Settings, SettingsError

JAVASCRIPT = "ngx_http_js_module.so"
# Lua needs the first one.
LUA = ("ndk_http_module.so", "ngx_http_lua_module.so")


def program() -> str:
    """nginx; Debian keeps it where only root's PATH leads. Raises SettingsError where there is none."""
    found = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"]))
    if not found:
        raise SettingsError("nginx is not installed: apt-get install nginx-light, or use gateway/Dockerfile")
    return found


@functools.cache
def folder(nginx: str) -> Path:
    """Where this nginx looks for modules: what it was built with says so (`nginx -V`)."""
    done = subprocess.run([nginx, "-V"], capture_output=True, text=True, check=False)
    found = re.search(r"--modules-path=(\S+)", done.stderr)
    return Path(found[1] if found else "/usr/lib/nginx/modules")


def is_there(name: str) -> bool:
    """Whether a module is installed. Raises SettingsError where nginx is not."""
    return (folder(program()) / name).exists()


def loaded(settings: Settings, has_hashes: bool) -> str:
    """The lines of nginx.conf that load modules. Raises SettingsError where Redis is wanted without Lua."""
    if settings.redis and not all(is_there(name) for name in LUA):
        raise SettingsError(
            "[redis] needs nginx's module for Lua: apt-get install libnginx-mod-http-lua lua-nginx-redis, or"
            " use gateway/Dockerfile"
        )
    names = [*(LUA if settings.redis else ()), *([JAVASCRIPT] if has_hashes else ())]
    return "\n".join(f"load_module {folder(program()) / name};" for name in names)
