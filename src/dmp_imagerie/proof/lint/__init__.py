"""Whether a suite of features says something: what could pass, or fail, without anything having been tested.

Nothing is played and no step is imported: features are read as Gherkin, steps as syntax trees
(docs/decisions/0018-vacuity-lint.md).
"""
