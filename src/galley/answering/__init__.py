"""Who answers a question about a picture: a server that speaks OpenAI's protocol, or a model in this process.

One file for each (`server`, `local`), and beside them what a server's replies mean (`replies`) and which servers are
there (`reach`). `values` has what both are asked and answer.
"""
