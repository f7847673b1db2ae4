"""The self-test: defects planted in products that are honest otherwise, and what the checks see of them.

Promised to whoever must trust a report: numerators with their denominators and their exclusions, a control defect
without which nothing counts, and every kill tied to a check of the very rule the defect breaks.
"""
