"""Results on disk: which files a result has, their names, and writing them whole or not at all."""
