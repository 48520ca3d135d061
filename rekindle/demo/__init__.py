"""The demo of `make run`: four months of a hiring team with 8 positions and 150 people, made from a seed, posted over HTTP.

`story.py` has the people whom the documentation names, `lives.py` makes up the others, `positions.py` what is to be filled, and
`desk.py` what recruiters have done this morning. `posting.py` posts all of it, once to a data folder.
"""
