"""Loads the plugin that plays the features, and their steps. Ordinary tests of this tree are not touched."""

pytest_plugins = ["dmp_imagerie.runner.plugin", "steps.contexte", "steps.actions", "steps.constats"]
