"""A portfolio moves in and out: spreadsheets to customers that already live, and back (rules, section 10).

`sheets` reads a file, `cells` what stands in a cell, `drafting` makes invitations of the rows, `checking` tries each on
the pure core, `meeting` looks who runs already, `starting` starts them, `reporting` says what became of each; `leaving`
writes the files of customers that run here, `comparing` says what they can't carry. `columns` is the one table of what
stands where.
"""
