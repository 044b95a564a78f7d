"""Worker processes, and who does which page.

One process per slot, one private pipe each. The parent's loop (`run`) waits for pipes and deadlines, tells the
pure `dispatch` what happened, and carries out the commands it gets back through `process`; the child side is
`worker`; both sides speak `messages`. Nothing here knows what a page is.
"""
