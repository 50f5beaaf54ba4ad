// config.json, right and broken.
