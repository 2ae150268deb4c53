"""The gateway: nginx's configuration, made from one file. Beside nginx it needs Python alone, no package."""
