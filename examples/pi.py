"""Digits of pi by Machin's formula, with arbitrarily large integers."""

import sys


def arctan_inverse(x, unity):
    total = term = unity // x
    divisor, sign = 3, -1
    while term:
        term //= x * x
        total += sign * (term // divisor)
        divisor, sign = divisor + 2, -sign
    return total


digits = int(sys.argv[1]) if len(sys.argv) > 1 else 50
unity = 10 ** (digits + 10)
pi = 4 * (4 * arctan_inverse(5, unity) - arctan_inverse(239, unity)) // 10**10
print(f"Python {sys.version.split()[0]} on {sys.platform}: pi = 3.{str(pi)[1:]}")
