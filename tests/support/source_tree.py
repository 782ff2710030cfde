"""The packages of the product in a source tree, for tests that copy one."""

PACKAGES = (
    "admin_page",
    "bot",
    "chat",
    "core",
    "generation",
    "handlers",
    "payments",
    "playground",
    "provider",
    "storage",
)
