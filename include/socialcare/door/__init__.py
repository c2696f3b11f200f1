"""The door: councils' extracts are recognised, judged row by row and stripped of identity.

Nothing that could identify a child passes into a table, a log, a message or an exception. The only copies of
a value as it was sent are the council's own receipt and the encrypted original.
"""
