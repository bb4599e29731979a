"""Outside systems in miniature: a payment gateway and a carrier that speak HTTP and misbehave on request.

They stand in for the real ones in demos, tests and benches. They import nothing of `millstream`: only the wire joins
them.
"""
