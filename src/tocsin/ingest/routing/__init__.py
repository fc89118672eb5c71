"""What the routing rules of an integration key do to the messages that come with it.

    first message of a key     authenticate, read the rules if the key ever had one, act by them
    an alert of a key whose    one statement, which raises nothing when the rules have changed since; then
    rules are known            as above

A message that raises an alert goes where its rule says. Where that is another service or another deduplication key than
its sender's, it is remembered. Any other message, such as a close, goes to all that is open under its sender's key:
where messages with this key went, where the rules send it now, and where it would be without rules. So rules may look
at what a close does not tell, and may be changed while alerts are open.
"""
