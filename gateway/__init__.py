"""The gateway: nginx's configuration, made from one file. Standard library only: it runs in nginx's image."""
