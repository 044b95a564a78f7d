"""Worker processes, and who does which page.

One process per slot, one private socket pair each. The parent's `loop` waits for pipes and deadlines, tells the pure
`dispatch` what happened, and carries out the commands it gets back through `process`; the other side is `worker`.
Both speak `messages` over a `channel`. `run` is the door. Nothing here knows what a page is.
"""
