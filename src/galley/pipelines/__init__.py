"""What happens to pages inside a worker: one module per pipeline, and the steps that pipelines share.

A pipeline knows pixels and networks. It does not know that there are other workers.
"""
