"""One office: what may be asked of it, the rules that say no, and the state its facts add up to.

``requests`` and ``refusals`` are the vocabulary that counter and closing share; ``state``, ``rows`` and ``folds`` are a
fold of the journal: they can be dropped and made again, and audit does exactly that; ``rules`` are the checks that
more than one decision asks.
"""
