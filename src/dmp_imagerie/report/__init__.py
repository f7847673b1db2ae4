"""What a run found, put into words: results.json and its renderers, one module for each format."""
