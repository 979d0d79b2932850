"""What has to be looked at: letters and pages as pictures, with what axe and SpamAssassin say of them.

Needs programs that are no part of Python, so it is no test.
"""
