"""Arrays in, arrays out: what the pipelines do to pixels. No file, session, clock, environment or log."""
